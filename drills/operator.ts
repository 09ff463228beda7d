import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { TOTP } from 'otpauth';
import { z } from 'zod';
import { requireData } from '../client/data.ts';
import { createGraphClient, type GraphClient } from '../client/graph-client.ts';
import type { DrillContext } from './drill.ts';

const execute = promisify(execFile);

/** Where clients of the topology send their operations. */
export const graphUrl = 'https://proxy:8443/graphql';

export interface OperatorSecrets {
  readonly password: string;
  /** Of the first sign-in, without a second factor. */
  readonly firstToken: string;
  /** Of the second factor. */
  readonly totpSecret: string;
}

/** The first administrator of the topology, signed in with a second factor. */
export interface Operator {
  readonly client: GraphClient;
  /** The token of now, for clients that send bytes themselves. It is valid for 15 minutes. */
  readonly accessToken: string;
  readonly organizationId: string;
  /** What the operator alone knows. */
  readonly secrets: OperatorSecrets;
  /** Headers of the callers that write: the operator, or API keys of the organization. */
  readonly callers: readonly Readonly<Record<string, string>>[];
}

/** Clients trust the self-signed certificate of the topology. */
export function trustCertificate({ data }: Pick<DrillContext, 'data'>): void {
  const own = readFileSync(join(data, 'volumes/certificates/server.pem'), 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), own]);
}

/** Does what an operator does after the first start: creates the administrator, enrols a second factor and creates an organization. */
export async function createOperator(
  { project, topology }: Pick<DrillContext, 'project' | 'topology'>,
  url = graphUrl,
): Promise<Operator> {
  const account = { email: 'operator@drill.example', password: randomBytes(18).toString('base64url') };
  const command = topology.here({
    file: 'node',
    args: [join(project, 'commands/accounts.ts'), 'create-admin', '--email', account.email, '--password-stdin'],
  });
  // This process may carry the bytes between the command and the database.
  const creating = execute(command.file, command.args, {
    env: { PATH: process.env['PATH'], ...topology.environmentOf('access') },
  });
  creating.child.stdin?.end(account.password);
  await creating;
  const anonymous = createGraphClient({ url });
  const firstToken = await signIn(anonymous, account);
  const { accessToken, totpSecret } = await enrol(clientWith(firstToken, url), account.password);
  const client = clientWith(accessToken, url);
  const input = { idempotencyKey: randomUUID(), name: 'Drill Freight', tier: 'ENTERPRISE' };
  const created = requireData(
    await client.send<Created>({
      query:
        'mutation CreateOrganization($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } userErrors { message } } }',
      variables: { input },
    }),
  );
  const id = created.createOrganization.organization?.id;
  if (!id) throw new Error(`The organization was refused: ${JSON.stringify(created)}`);
  const secrets = { password: account.password, firstToken, totpSecret };
  return { client, accessToken, organizationId: id, secrets, callers: [{ authorization: `Bearer ${accessToken}` }] };
}

/** The operator with API keys of the organization: many callers, as the edge tells them apart. */
export async function withApiKeys(operator: Operator, count: number): Promise<Operator> {
  const callers = [];
  for (let number = 1; number <= count; number++) {
    const input = { idempotencyKey: randomUUID(), name: `Writer ${number}`, organizationId: operator.organizationId };
    const query =
      'mutation CreateKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { key userErrors { message } } }';
    const data = requireData(await operator.client.send({ query, variables: { input } }));
    callers.push({ 'x-api-key': required(issued.parse(data).createApiKey.key, data) });
  }
  return { ...operator, callers };
}

const issued = z.object({ createApiKey: z.object({ key: z.string().nullable() }) });

interface Created {
  readonly createOrganization: { readonly organization: { readonly id: string } | null };
}

const clientWith = (accessToken: string, url: string): GraphClient =>
  createGraphClient({ url, headers: { authorization: `Bearer ${accessToken}` } });

const tokens = z.record(
  z.string(),
  z.object({ accessToken: z.string().nullish(), secret: z.string().nullish() }).loose(),
);

async function signIn(client: GraphClient, { email, password }: { email: string; password: string }): Promise<string> {
  const query =
    'mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }';
  const data = requireData(await client.send({ query, variables: { input: { email, password } } }));
  return required(tokens.parse(data)['signIn']?.accessToken, data);
}

/** Enrols a second factor. */
async function enrol(
  client: GraphClient,
  password: string,
): Promise<{ readonly accessToken: string; readonly totpSecret: string }> {
  const begun = requireData(
    await client.send({
      query:
        'mutation Enrol($input: EnrolSecondFactorInput!) { enrolSecondFactor(input: $input) { secret userErrors { message } } }',
      variables: { input: { currentPassword: password } },
    }),
  );
  const secret = required(tokens.parse(begun)['enrolSecondFactor']?.secret, begun);
  const confirmed = requireData(
    await client.send({
      query:
        'mutation Confirm($input: ConfirmSecondFactorInput!) { confirmSecondFactor(input: $input) { accessToken userErrors { message } } }',
      variables: { input: { code: new TOTP({ secret }).generate() } },
    }),
  );
  return {
    accessToken: required(tokens.parse(confirmed)['confirmSecondFactor']?.accessToken, confirmed),
    totpSecret: secret,
  };
}

function required(value: string | null | undefined, response: unknown): string {
  if (!value) throw new Error(`The graph refused the operator: ${JSON.stringify(response)}`);
  return value;
}
