import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { roles as allRoles } from '#shared/vocabulary.ts';
import { AccountEntity, OrganizationEntity } from '../entities.ts';
import {
  type AccessUnderTest,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  password,
  type SessionAnswer,
  sessionFields,
  startAccess,
  type UserError,
} from './access.ts';

interface Payload {
  readonly organization?: { id: string; name: string; tier: string; version: number } | null;
  readonly account?: { id: string; email: string; roles: string[]; active: boolean; version: number } | null;
  readonly userErrors: readonly UserError[];
}

const organizationFields = '{ organization { id name tier version } userErrors { code field message } }';
const accountFields = '{ account { id email roles active version } userErrors { code field message } }';
const mutations = {
  createOrganization: `mutation($input: CreateOrganizationInput!) { answer: createOrganization(input: $input) ${organizationFields} }`,
  changeOrganizationTier: `mutation($input: ChangeOrganizationTierInput!) { answer: changeOrganizationTier(input: $input) ${organizationFields} }`,
  registerAccount: `mutation($input: RegisterAccountInput!) { answer: registerAccount(input: $input) ${accountFields} }`,
  changeAccountRoles: `mutation($input: ChangeAccountRolesInput!) { answer: changeAccountRoles(input: $input) ${accountFields} }`,
  deactivateAccount: `mutation($input: DeactivateAccountInput!) { answer: deactivateAccount(input: $input) ${accountFields} }`,
};

let access: AccessUnderTest;
let admin: AccountIdentity;
beforeAll(async () => {
  access = await startAccess();
  admin = await givenAdministrator(access, 'admin@demo.test');
});
afterAll(() => access.close());

async function mutate(name: keyof typeof mutations, input: object, as = admin): Promise<Payload> {
  const { data, errors } = await access.ask<{ answer: Payload }>(as, mutations[name], { input });
  expect(errors).toEqual([]);
  return data!.answer;
}

const codes = ({ userErrors }: Payload) => userErrors.map(({ code }) => code);
const key = () => newId();

describe('createOrganization', () => {
  test('takes it in once, however often the same request comes', async () => {
    const input = { idempotencyKey: key(), name: '  Nopal Foods ', industry: 'Food', tier: 'PREMIUM' };
    const first = await mutate('createOrganization', input);
    expect(first.organization).toMatchObject({ name: 'Nopal Foods', tier: 'PREMIUM', version: 1 });
    expect(await mutate('createOrganization', input)).toEqual(first);
    const reused = await mutate('createOrganization', { ...input, name: 'Another' });
    expect(codes(reused)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('takes it in once when the same request comes four times at once', async () => {
    const input = { idempotencyKey: key(), name: 'Racing Goods' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => mutate('createOrganization', input)));
    expect(new Set(answers.map((answer) => answer.organization?.id)).size).toBe(1);
    expect(await access.services.database.fork().count(OrganizationEntity, { name: 'Racing Goods' })).toBe(1);
  });

  test('refuses a name that exists in other letters', async () => {
    await mutate('createOrganization', { idempotencyKey: key(), name: 'Twice Ltd' });
    const second = await mutate('createOrganization', { idempotencyKey: key(), name: 'TWICE ltd' });
    expect(second).toMatchObject({ organization: null, userErrors: [{ code: 'NAME_TAKEN', field: ['name'] }] });
  });

  test.each([
    ['name', { name: 'x' }],
    ['name', { name: 'x'.repeat(121) }],
    ['name', { name: 'nul\0name' }],
    ['industry', { name: 'Fine', industry: 'line\nbreak' }],
    ['idempotencyKey', { name: 'Fine', idempotencyKey: 'short' }],
    ['idempotencyKey', { name: 'Fine', idempotencyKey: 'nul\0nul\0nul' }],
  ])('refuses a bad %s (%#)', async (field, given) => {
    const answer = await mutate('createOrganization', { idempotencyKey: key(), ...given });
    expect(answer).toMatchObject({ organization: null, userErrors: [{ code: 'INVALID_INPUT', field: [field] }] });
  });

  test('keeps an injection as the text it is', async () => {
    const name = "x'); drop table account; --";
    expect((await mutate('createOrganization', { idempotencyKey: key(), name })).organization?.name).toBe(name);
    expect(await access.services.database.fork().count(AccountEntity, {})).toBeGreaterThan(0);
  });
});

describe('changeOrganizationTier', () => {
  test('changes it, counts the version, and tells the neighbours', async () => {
    const organizationId = await givenOrganization(access, 'Tiered');
    const answer = await mutate('changeOrganizationTier', { organizationId, tier: 'ENTERPRISE', expectedVersion: 1 });
    expect(answer.organization).toMatchObject({ tier: 'ENTERPRISE', version: 2 });
  });

  test('answers CONFLICT with the state of now when somebody was faster', async () => {
    const organizationId = await givenOrganization(access, 'Contested');
    const answers = await Promise.all(
      ['FREE', 'PREMIUM', 'ENTERPRISE'].map((tier) =>
        mutate('changeOrganizationTier', { organizationId, tier, expectedVersion: 1 }),
      ),
    );
    expect(answers.flatMap(codes)).toEqual(['CONFLICT', 'CONFLICT']);
    const winner = answers.find((answer) => answer.userErrors.length === 0);
    for (const { organization } of answers) expect(organization).toEqual(winner?.organization);
  });

  test.each([newId(), 'no-uuid', "' or 1=1", ''])('refuses an id without an organization (%#)', async (id) => {
    const answer = await mutate('changeOrganizationTier', { organizationId: id, tier: 'FREE', expectedVersion: 1 });
    expect(answer).toMatchObject({ organization: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });
});

describe('registerAccount', () => {
  test('opens an account that can sign in', async () => {
    const organizationId = await givenOrganization(access, 'Registering');
    const input = {
      idempotencyKey: key(),
      email: 'New.Person@Registering.test',
      name: 'New Person',
      roles: ['CUSTOMER', 'CUSTOMER'],
      organizationId,
      password,
    };
    const answer = await mutate('registerAccount', input);
    expect(answer.account).toMatchObject({ email: 'new.person@registering.test', roles: ['CUSTOMER'], active: true });
    expect(await mutate('registerAccount', input)).toEqual(answer);
    expect((await signIn('new.person@registering.test')).userErrors).toEqual([]);
  });

  test('refuses an address that has an account', async () => {
    const input = { email: 'twice@demo.test', name: 'Twice', roles: ['ANALYST'] };
    await mutate('registerAccount', { ...input, idempotencyKey: key() });
    expect(codes(await mutate('registerAccount', { ...input, idempotencyKey: key() }))).toEqual(['EMAIL_TAKEN']);
  });

  test.each([
    ['INVALID_INPUT', { email: 'no address' }],
    ['INVALID_INPUT', { email: `${'x'.repeat(10_000)}@demo.test` }],
    ['INVALID_INPUT', { name: '' }],
    ['INVALID_INPUT', { name: 'a\u0007b' }],
    ['INVALID_INPUT', { roles: [] }],
    ['INVALID_INPUT', { roles: Array.from({ length: 10_000 }, () => 'ANALYST') }],
    ['INVALID_INPUT', { password: 'short' }],
    ['INVALID_INPUT', { password: 'p'.repeat(100_000) }],
    ['INVALID_INPUT', { roles: ['ADMIN', 'CUSTOMER'] }],
    ['ORGANIZATION_REQUIRED', { roles: ['PARTNER'] }],
    ['ORGANIZATION_REFUSED', { roles: ['DRIVER'], organizationId: newId() }],
    ['NOT_FOUND', { roles: ['CUSTOMER'], organizationId: newId() }],
    ['NOT_FOUND', { roles: ['CUSTOMER'], organizationId: 'no\0uuid' }],
  ])('refuses with %s (%#)', async (code, given) => {
    const fine = { idempotencyKey: key(), email: `${newId()}@demo.test`, name: 'Fine', roles: ['ANALYST'] };
    const answer = await mutate('registerAccount', { ...fine, ...given });
    expect(answer).toMatchObject({ account: null, userErrors: [{ code }] });
  });
});

describe('changeAccountRoles', () => {
  test('replaces them, and an equal set changes nothing', async () => {
    const accountId = await givenAccount(access, { email: 'roles@demo.test', roles: ['ANALYST'] });
    const answer = await mutate('changeAccountRoles', {
      accountId,
      roles: ['DISPATCHER', 'ANALYST'],
      expectedVersion: 1,
    });
    expect(answer.account).toMatchObject({ roles: ['DISPATCHER', 'ANALYST'], version: 2 });
    const again = await mutate('changeAccountRoles', {
      accountId,
      roles: ['ANALYST', 'DISPATCHER'],
      expectedVersion: 2,
    });
    expect(again.account?.version).toBe(2);
  });

  test('refuses a stale version, an unknown id and roles that do not fit the organization', async () => {
    const accountId = await givenAccount(access, { email: 'roles2@demo.test', roles: ['ANALYST'] });
    const input = { accountId, roles: ['DISPATCHER'], expectedVersion: 1 };
    expect(codes(await mutate('changeAccountRoles', { ...input, expectedVersion: 7 }))).toEqual(['CONFLICT']);
    expect(codes(await mutate('changeAccountRoles', { ...input, accountId: 'x' }))).toEqual(['NOT_FOUND']);
    expect(codes(await mutate('changeAccountRoles', { ...input, roles: ['CUSTOMER'] }))).toEqual([
      'ORGANIZATION_REQUIRED',
    ]);
  });
});

describe('deactivateAccount', () => {
  test('closes the account: its session ends and it cannot sign in', async () => {
    const accountId = await givenAccount(access, { email: 'leaving@demo.test', roles: ['ANALYST'] });
    const { refreshToken } = await signIn('leaving@demo.test');
    const answer = await mutate('deactivateAccount', { accountId, expectedVersion: 1 });
    expect(answer.account).toMatchObject({ active: false, version: 2 });
    const refreshed = await access.ask<{ refreshSession: SessionAnswer }>(
      anonymous,
      `mutation($token: String!) { refreshSession(input: { refreshToken: $token }) ${sessionFields} }`,
      { token: refreshToken },
    );
    expect(refreshed.data?.refreshSession.userErrors).toMatchObject([{ code: 'INVALID_REFRESH_TOKEN' }]);
    expect((await signIn('leaving@demo.test')).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect(codes(await mutate('deactivateAccount', { accountId, expectedVersion: 1 }))).toEqual(['CONFLICT']);
  });

  test('refuses to remove the last administrator', async () => {
    const { accountId } = admin;
    expect(codes(await mutate('deactivateAccount', { accountId, expectedVersion: 1 }))).toEqual(['LAST_ADMIN']);
    const demote = { accountId, roles: ['ANALYST'], expectedVersion: 1 };
    expect(codes(await mutate('changeAccountRoles', demote))).toEqual(['LAST_ADMIN']);
  });

  test('leaves one administrator when two remove each other at once', async () => {
    const other = await givenAdministrator(access, 'other@demo.test');
    const attempt = (as: AccountIdentity, accountId: string) =>
      access.ask<{ answer: Payload }>(as, mutations.deactivateAccount, { input: { accountId, expectedVersion: 1 } });
    const answers = await Promise.all([attempt(admin, other.accountId), attempt(other, admin.accountId)]);
    expect(answers.filter(({ data }) => data?.answer.userErrors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions?.['code']))).toEqual([
      'UNAUTHENTICATED',
    ]);
    // The administrator of the other tests works on, whoever was faster.
    await access.services.database
      .fork()
      .execute('update account set deactivated_at = null, version = 1 where id = ?', [admin.accountId]);
  });
});

describe('the access token of a former administrator', () => {
  const inputs: Record<keyof typeof mutations, (accountId: string, organizationId: string) => object> = {
    createOrganization: () => ({ idempotencyKey: key(), name: `Late ${key()}` }),
    changeOrganizationTier: (_accountId, organizationId) => ({ organizationId, tier: 'FREE', expectedVersion: 1 }),
    registerAccount: () => ({ idempotencyKey: key(), email: `${key()}@late.test`, name: 'Late', roles: ['ADMIN'] }),
    changeAccountRoles: (accountId) => ({ accountId, roles: ['ADMIN'], expectedVersion: 2 }),
    deactivateAccount: (accountId) => ({ accountId, expectedVersion: 2 }),
  };
  const former = {
    closed: { code: 'UNAUTHENTICATED', end: 'deactivateAccount', input: {} },
    demoted: { code: 'FORBIDDEN', end: 'changeAccountRoles', input: { roles: ['DRIVER'] } },
  } as const;
  const contents = async () => {
    const em = access.services.database.fork();
    const [accounts, organizations] = [await em.find(AccountEntity, {}), await em.find(OrganizationEntity, {})];
    return JSON.stringify([accounts, organizations]);
  };

  test.each(Object.keys(former) as (keyof typeof former)[])('changes nothing once the account is %s', async (how) => {
    const organizationId = await givenOrganization(access, `Untouched by ${how}`);
    const leaving = await givenAdministrator(access, `${how}@demo.test`);
    const { code, end, input } = former[how];
    await mutate(end, { accountId: leaving.accountId, expectedVersion: 1, ...input });
    const before = await contents();
    for (const name of Object.keys(mutations) as (keyof typeof mutations)[]) {
      const variables = { input: inputs[name](leaving.accountId, organizationId) };
      const { data, errors } = await access.ask(leaving, mutations[name], variables);
      expect([name, data, errors]).toMatchObject([name, null, [{ extensions: { code } }]]);
    }
    expect(await contents()).toBe(before);
  });

  test('changes nothing when both arrive at once: the closing and its last wish', async () => {
    const leaving = await givenAdministrator(access, 'hurried@demo.test');
    const email = `${key()}@late.test`;
    const register = { idempotencyKey: key(), email, name: 'Late', roles: ['ADMIN'] };
    const [closed, registered] = await Promise.all([
      mutate('deactivateAccount', { accountId: leaving.accountId, expectedVersion: 1 }),
      access.ask<{ answer: Payload }>(leaving, mutations.registerAccount, { input: register }),
    ]);
    expect(closed.userErrors).toEqual([]);
    // Either the account was opened before the closing, or it was refused: never refused and opened.
    const opened = await access.services.database.fork().count(AccountEntity, { email });
    expect(opened).toBe(registered.errors.length === 0 ? 1 : 0);
  });
});

describe('who may administer', () => {
  const others = [anonymous, ...allRoles.filter((role) => role !== 'ADMIN').map((role) => somebody([role]))];
  const inputs: Record<keyof typeof mutations, object> = {
    createOrganization: { idempotencyKey: key(), name: 'Not Allowed' },
    changeOrganizationTier: { organizationId: newId(), tier: 'FREE', expectedVersion: 1 },
    registerAccount: { idempotencyKey: key(), email: 'not@allowed.test', name: 'No', roles: ['ADMIN'] },
    changeAccountRoles: { accountId: newId(), roles: ['ADMIN'], expectedVersion: 1 },
    deactivateAccount: { accountId: newId(), expectedVersion: 1 },
  };

  test.each(Object.keys(mutations) as (keyof typeof mutations)[])('%s: administrators only', async (name) => {
    for (const as of others) {
      const { errors } = await access.ask(as, mutations[name], { input: inputs[name] });
      expect(errors).toMatchObject([
        { extensions: { code: as.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN' } },
      ]);
    }
  });
});

describe('audit', () => {
  test('holds who did what, newest first, and pages through it', async () => {
    const { organization } = await mutate('createOrganization', { idempotencyKey: key(), name: 'Audited' });
    await mutate('changeOrganizationTier', { organizationId: organization!.id, tier: 'FREE', expectedVersion: 1 });
    const query = `query($id: ID, $after: String) { auditEntries(filter: { targetId: $id }, first: 1, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { action actor { email } target { __typename ... on Organization { name } } changes { field before after } } } }`;
    interface Page {
      auditEntries: { pageInfo: { endCursor: string }; nodes: unknown[] };
    }
    const first = await access.ask<Page>(admin, query, { id: organization!.id });
    expect(first.data).toMatchObject({
      auditEntries: {
        totalCount: 2,
        pageInfo: { hasNextPage: true },
        nodes: [
          {
            action: 'ORGANIZATION_TIER_CHANGED',
            actor: { email: 'admin@demo.test' },
            target: { __typename: 'Organization', name: 'Audited' },
            changes: [{ field: 'tier', before: 'STANDARD', after: 'FREE' }],
          },
        ],
      },
    });
    const after = first.data!.auditEntries.pageInfo.endCursor;
    const second = await access.ask<Page>(admin, query, { id: organization!.id, after });
    expect(second.data?.auditEntries).toMatchObject({
      pageInfo: { hasNextPage: false },
      nodes: [{ action: 'ORGANIZATION_CREATED' }],
    });
  });

  test("holds the request id of the gateway, and beside it the client's own id and address", async () => {
    const headers = {
      'x-request-id': 'gateway-1',
      'x-client-request-id': 'i-am-somebody-elses-request',
      'x-client-address': '2001:db8::7',
    };
    const input = { idempotencyKey: key(), name: 'Traced' };
    const created = await access.ask<{ answer: Payload }>(admin, mutations.createOrganization, { input }, headers);
    const query = `query($id: ID) { auditEntries(filter: { targetId: $id }) {
      nodes { requestId clientRequestId clientAddress } } }`;
    const { data } = await access.ask(admin, query, { id: created.data?.answer.organization?.id });
    expect(data).toEqual({
      auditEntries: {
        nodes: [
          {
            requestId: 'gateway-1',
            clientRequestId: 'i-am-somebody-elses-request',
            clientAddress: '2001:db8::7',
          },
        ],
      },
    });
  });

  test('keeps nothing of a client that names no id and an address that is none', async () => {
    const input = { idempotencyKey: key(), name: 'Untraced' };
    const headers = { 'x-client-address': 'not-an-address' };
    const created = await access.ask<{ answer: Payload }>(admin, mutations.createOrganization, { input }, headers);
    const query =
      'query($id: ID) { auditEntries(filter: { targetId: $id }) { nodes { clientRequestId clientAddress } } }';
    const { data } = await access.ask(admin, query, { id: created.data?.answer.organization?.id });
    expect(data).toEqual({ auditEntries: { nodes: [{ clientRequestId: null, clientAddress: null }] } });
  });

  test('is for administrators only', async () => {
    const { errors } = await access.ask(somebody(['ANALYST']), '{ auditEntries { nodes { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

async function signIn(email: string): Promise<SessionAnswer> {
  const { data } = await access.ask<{ signIn: SessionAnswer }>(
    anonymous,
    `mutation($input: SignInInput!) { signIn(input: $input) ${sessionFields} }`,
    { input: { email, password } },
  );
  return data!.signIn;
}
