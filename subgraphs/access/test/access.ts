import { blindIndexOf } from '#shared/database/sealed-column.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { accessTokens, createVerifier, newKeyPair } from '#shared/identity/tokens.ts';
import { newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { Mailer } from '#shared/mail/mailer.ts';
import {
  fieldSecrets,
  somebody,
  startTestSubgraph,
  type TestSubgraph,
  type TestSubgraphOptions,
} from '#shared/test/harness.ts';
import type { Role } from '#shared/vocabulary.ts';
import { readAccessConfig } from '../config.ts';
import type { AccessContext } from '../context.ts';
import { hashPassword } from '../domain/passwords.ts';
import type { SecondFactorPolicy } from '../domain/second-factor-policy.ts';
import type { SignInLimits } from '../domain/sign-in-limits.ts';
import { AccountEntity, accountEmail, OrganizationEntity } from '../entities.ts';
import { createAccess } from '../subgraph.ts';

const access = await newKeyPair();
/** Verifies the access tokens of the subgraph under test. */
export const clientVerifier = createVerifier([access.publicJwk], accessTokens);
/** Under which the subgraph under test hashes API keys. */
export const apiKeySecret = 'secret of the tests of API keys, long enough';
export const { fieldKeys } = fieldSecrets;
export const password = 'correct horse battery';
const passwordHash = await hashPassword(password, 'test');

export type AccessUnderTest = TestSubgraph<AccessContext>;

export async function startAccess({
  signIn,
  maxIdempotencyKeys,
  secondFactor,
  mailer,
  ...options
}: TestSubgraphOptions & {
  readonly signIn?: Partial<SignInLimits>;
  readonly maxIdempotencyKeys?: number;
  readonly secondFactor?: SecondFactorPolicy;
  /** Null: the subgraph sends no mails. */
  readonly mailer?: Mailer | null;
} = {}): Promise<AccessUnderTest> {
  const byDefault = readAccessConfig({});
  const config = {
    ...byDefault,
    signIn: { ...byDefault.signIn, ...signIn },
    maxIdempotencyKeys: maxIdempotencyKeys ?? byDefault.maxIdempotencyKeys,
    secondFactor: secondFactor ?? byDefault.secondFactor,
  };
  return startTestSubgraph(await createAccess({ access }, config, { apiKeySecret, fieldKeys }, mailer), options);
}

/** Inserts an organization. */
export async function givenOrganization(subgraph: Pick<AccessUnderTest, 'services'>, name: string): Promise<string> {
  const em = subgraph.services.database.fork();
  const id = newId();
  em.create(OrganizationEntity, {
    id,
    name,
    nameKey: textKey(name),
    industry: null,
    tier: 'STANDARD',
    createdAt: new Date(),
    version: 1,
  });
  await em.flush();
  return id;
}

/** Inserts an account with `password`. */
export async function givenAccount(
  subgraph: Pick<AccessUnderTest, 'services'>,
  given: { email: string; roles: readonly Role[]; name?: string; organizationId?: string | null },
): Promise<string> {
  const em = subgraph.services.database.fork();
  const id = newId();
  const name = given.name ?? given.email;
  em.create(AccountEntity, {
    id,
    email: given.email,
    emailKey: blindIndexOf(em, accountEmail, given.email),
    name,
    nameKey: textKey(name),
    roles: [...given.roles],
    organizationId: given.organizationId ?? null,
    driverId: null,
    passwordHash,
    createdAt: new Date(),
    deactivatedAt: null,
    version: 1,
  });
  await em.flush();
  return id;
}

/** Inserts an administrator and returns the identity of its access token. */
export async function givenAdministrator(subgraph: AccessUnderTest, email: string): Promise<AccountIdentity> {
  return somebody(['ADMIN'], { accountId: await givenAccount(subgraph, { email, roles: ['ADMIN'] }) });
}

export interface UserError {
  readonly code: string;
  readonly field: readonly string[] | null;
  readonly message: string;
}

export interface SessionPayload {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly viewer: { id: string; email: string | null; organization: { name: string } | null } | null;
  readonly userErrors: readonly UserError[];
}

export const sessionFields =
  '{ accessToken refreshToken expiresAt viewer { id email scopes organization { name } } userErrors { code field message } }';

/** A clock that tests set. */
export function handClock(start = new Date()): { now: () => Date; advance: (seconds: number) => void } {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance: (seconds) => {
      time += seconds * 1000;
    },
  };
}
