import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { blindIndexOf } from '#shared/database/sealed-column.ts';
import { type AccountIdentity, anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { expectNamesToBeFound } from '#shared/test/typing.ts';
import { roles as allRoles } from '#shared/vocabulary.ts';
import { AccountEntity, accountEmail, OrganizationEntity } from '../entities.ts';
import {
  type AccessUnderTest,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  password,
  type SessionPayload,
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
  createOrganization: `mutation($input: CreateOrganizationInput!) { payload: createOrganization(input: $input) ${organizationFields} }`,
  changeOrganizationTier: `mutation($input: ChangeOrganizationTierInput!) { payload: changeOrganizationTier(input: $input) ${organizationFields} }`,
  updateOrganization: `mutation($input: UpdateOrganizationInput!) { payload: updateOrganization(input: $input) ${organizationFields} }`,
  registerAccount: `mutation($input: RegisterAccountInput!) { payload: registerAccount(input: $input) ${accountFields} }`,
  changeAccountRoles: `mutation($input: ChangeAccountRolesInput!) { payload: changeAccountRoles(input: $input) ${accountFields} }`,
  erasePersonalData: `mutation($input: ErasePersonalDataInput!) { payload: erasePersonalData(input: $input) ${accountFields} }`,
  deactivateAccount: `mutation($input: DeactivateAccountInput!) { payload: deactivateAccount(input: $input) ${accountFields} }`,
};

let access: AccessUnderTest;
let admin: AccountIdentity;
beforeAll(async () => {
  access = await startAccess();
  admin = await givenAdministrator(access, 'admin@demo.test');
});
afterAll(() => access.close());

async function mutate(name: keyof typeof mutations, input: object, as = admin): Promise<Payload> {
  const { data, errors } = await access.ask<{ payload: Payload }>(as, mutations[name], { input });
  expect(errors).toEqual([]);
  return data!.payload;
}

const codes = ({ userErrors }: Payload) => userErrors.map(({ code }) => code);
const key = () => newId();

describe('createOrganization', () => {
  test('creates the organization once, however often the same request is sent', async () => {
    const input = { idempotencyKey: key(), name: '  Nopal Foods ', industry: 'Food', tier: 'PREMIUM' };
    const first = await mutate('createOrganization', input);
    expect(first.organization).toMatchObject({ name: 'Nopal Foods', tier: 'PREMIUM', version: 1 });
    expect(await mutate('createOrganization', input)).toEqual(first);
    const reused = await mutate('createOrganization', { ...input, name: 'Another' });
    expect(codes(reused)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('creates the organization once when the same request arrives four times at once', async () => {
    const input = { idempotencyKey: key(), name: 'Racing Goods' };
    const payloads = await Promise.all([1, 2, 3, 4].map(() => mutate('createOrganization', input)));
    expect(new Set(payloads.map((payload) => payload.organization?.id)).size).toBe(1);
    expect(await access.services.database.fork().count(OrganizationEntity, { name: 'Racing Goods' })).toBe(1);
  });

  test.each([
    ['case', 'Twice Ltd', 'TWICE ltd'],
    ['case of letters beyond ASCII', 'Bäckerei Möller', 'BÄCKEREI MÖLLER'],
    ['normal form', 'Société Générale', 'Socie\u0301te\u0301 Ge\u0301ne\u0301rale'],
    ['spelling without accents', 'Łódź Öl', 'Lodz Ol'],
    ['spelling with invisible characters', 'MüllerGmbH', 'Müller\u00adGmb\u200bH'],
    ['spelling without apostrophes', "D'Angelo", 'Dangelo'],
  ])('refuses a name that exists in another %s', async (_what, one, other) => {
    await mutate('createOrganization', { idempotencyKey: key(), name: one });
    const second = await mutate('createOrganization', { idempotencyKey: key(), name: other });
    expect(second).toMatchObject({ organization: null, userErrors: [{ code: 'NAME_TAKEN', field: ['name'] }] });
  });

  test('accepts names that differ in a vowel which is a mark', async () => {
    for (const name of ['राम लॉजिस्टिक्स', 'रमा लॉजिस्टिक्स', 'がす運輸', 'かす運輸']) {
      expect((await mutate('createOrganization', { idempotencyKey: key(), name })).organization?.name).toBe(name);
    }
  });

  test.each([
    ['name', { name: 'x' }],
    ['name', { name: ' \u200b\u200b ' }],
    ['name', { name: 'x'.repeat(121) }],
    ['name', { name: 'nul\0name' }],
    ['industry', { name: 'Fine', industry: 'line\nbreak' }],
    ['idempotencyKey', { name: 'Fine', idempotencyKey: 'short' }],
    ['idempotencyKey', { name: 'Fine', idempotencyKey: 'nul\0nul\0nul' }],
  ])('refuses an invalid %s (%#)', async (field, given) => {
    const payload = await mutate('createOrganization', { idempotencyKey: key(), ...given });
    expect(payload).toMatchObject({ organization: null, userErrors: [{ code: 'INVALID_INPUT', field: [field] }] });
  });

  test('stores an SQL injection as plain text', async () => {
    const name = "x'); drop table account; --";
    expect((await mutate('createOrganization', { idempotencyKey: key(), name })).organization?.name).toBe(name);
    expect(await access.services.database.fork().count(AccountEntity, {})).toBeGreaterThan(0);
  });
});

describe('changeOrganizationTier', () => {
  test('changes the tier, raises the version and emits the event', async () => {
    const organizationId = await givenOrganization(access, 'Tiered');
    const payload = await mutate('changeOrganizationTier', { organizationId, tier: 'ENTERPRISE', expectedVersion: 1 });
    expect(payload.organization).toMatchObject({ tier: 'ENTERPRISE', version: 2 });
  });

  test('to the tier that it has changes nothing', async () => {
    const organizationId = await givenOrganization(access, 'Tiered alike');
    const input = { organizationId, tier: 'ENTERPRISE' };
    await mutate('changeOrganizationTier', { ...input, expectedVersion: 1 });
    const again = await mutate('changeOrganizationTier', { ...input, expectedVersion: 2 });
    expect(again).toMatchObject({ organization: { version: 2 }, userErrors: [] });
  });

  test('returns CONFLICT with the current organization when another change was first', async () => {
    const organizationId = await givenOrganization(access, 'Contested');
    const payloads = await Promise.all(
      ['FREE', 'PREMIUM', 'ENTERPRISE'].map((tier) =>
        mutate('changeOrganizationTier', { organizationId, tier, expectedVersion: 1 }),
      ),
    );
    expect(payloads.flatMap(codes)).toEqual(['CONFLICT', 'CONFLICT']);
    const winner = payloads.find((payload) => payload.userErrors.length === 0);
    for (const { organization } of payloads) expect(organization).toEqual(winner?.organization);
  });

  test.each([newId(), 'no-uuid', "' or 1=1", ''])('refuses an id without an organization (%#)', async (id) => {
    const payload = await mutate('changeOrganizationTier', { organizationId: id, tier: 'FREE', expectedVersion: 1 });
    expect(payload).toMatchObject({ organization: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });
});

describe('registerAccount', () => {
  test('creates an account that can sign in', async () => {
    const organizationId = await givenOrganization(access, 'Registering');
    const input = {
      idempotencyKey: key(),
      email: 'New.Person@Registering.test',
      name: 'New Person',
      roles: ['CUSTOMER', 'CUSTOMER'],
      organizationId,
      password,
    };
    const payload = await mutate('registerAccount', input);
    expect(payload.account).toMatchObject({ email: 'new.person@registering.test', roles: ['CUSTOMER'], active: true });
    expect(await mutate('registerAccount', input)).toEqual(payload);
    expect((await signIn('new.person@registering.test')).userErrors).toEqual([]);
  });

  test('refuses an e-mail address that has an account', async () => {
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
    const payload = await mutate('registerAccount', { ...fine, ...given });
    expect(payload).toMatchObject({ account: null, userErrors: [{ code }] });
  });
});

describe('changeAccountRoles', () => {
  test('replaces the roles, and an equal set changes nothing', async () => {
    const accountId = await givenAccount(access, { email: 'roles@demo.test', roles: ['ANALYST'] });
    const payload = await mutate('changeAccountRoles', {
      accountId,
      roles: ['DISPATCHER', 'ANALYST'],
      expectedVersion: 1,
    });
    expect(payload.account).toMatchObject({ roles: ['DISPATCHER', 'ANALYST'], version: 2 });
    const again = await mutate('changeAccountRoles', {
      accountId,
      roles: ['ANALYST', 'DISPATCHER'],
      expectedVersion: 2,
    });
    expect(again.account?.version).toBe(2);
  });

  test('refuses an outdated version, an unknown id and roles that do not match the organization', async () => {
    const accountId = await givenAccount(access, { email: 'roles2@demo.test', roles: ['ANALYST'] });
    const input = { accountId, roles: ['DISPATCHER'], expectedVersion: 1 };
    expect(codes(await mutate('changeAccountRoles', { ...input, expectedVersion: 7 }))).toEqual(['CONFLICT']);
    expect(codes(await mutate('changeAccountRoles', { ...input, accountId: 'x' }))).toEqual(['NOT_FOUND']);
    expect(codes(await mutate('changeAccountRoles', { ...input, roles: ['CUSTOMER'] }))).toEqual([
      'ORGANIZATION_REQUIRED',
    ]);
  });
});

test('a change to an outdated version shows the account as it is, and leaves nothing in the audit trail', async () => {
  const accountId = await givenAccount(access, { email: 'contested@demo.test', roles: ['ANALYST'] });
  await mutate('changeAccountRoles', { accountId, roles: ['DISPATCHER'], expectedVersion: 1 });
  const current = { id: accountId, roles: ['DISPATCHER'], active: true, version: 2 };
  for (const payload of [
    await mutate('changeAccountRoles', { accountId, roles: ['ANALYST'], expectedVersion: 1 }),
    await mutate('deactivateAccount', { accountId, expectedVersion: 1 }),
  ]) {
    expect(payload).toMatchObject({ account: current, userErrors: [{ code: 'CONFLICT', field: ['expectedVersion'] }] });
  }
  const query = 'query($id: ID) { auditEntries(filter: { targetId: $id }) { nodes { action } } }';
  const { data } = await access.ask(admin, query, { id: accountId });
  expect(data).toEqual({ auditEntries: { nodes: [{ action: 'ACCOUNT_ROLES_CHANGED' }] } });
});

describe('deactivateAccount', () => {
  test('closes the account: its session ends and it cannot sign in', async () => {
    const accountId = await givenAccount(access, { email: 'leaving@demo.test', roles: ['ANALYST'] });
    const { refreshToken } = await signIn('leaving@demo.test');
    const payload = await mutate('deactivateAccount', { accountId, expectedVersion: 1 });
    expect(payload.account).toMatchObject({ active: false, version: 2 });
    const refreshed = await access.ask<{ refreshSession: SessionPayload }>(
      anonymous,
      `mutation($token: String!) { refreshSession(input: { refreshToken: $token }) ${sessionFields} }`,
      { token: refreshToken },
    );
    expect(refreshed.data?.refreshSession.userErrors).toMatchObject([{ code: 'INVALID_REFRESH_TOKEN' }]);
    expect((await signIn('leaving@demo.test')).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect(codes(await mutate('deactivateAccount', { accountId, expectedVersion: 1 }))).toEqual(['CONFLICT']);
  });

  test('refuses to remove the last administrator who can sign in', async () => {
    const { accountId } = admin;
    const { accountId: withoutPassword } = await givenAdministrator(access, 'no-password@demo.test');
    const em = access.services.database.fork();
    await em.nativeUpdate(AccountEntity, { id: withoutPassword }, { passwordHash: null });
    expect(codes(await mutate('deactivateAccount', { accountId, expectedVersion: 1 }))).toEqual(['LAST_ADMIN']);
    expect(codes(await mutate('erasePersonalData', { accountId }))).toEqual(['LAST_ADMIN']);
    const demote = { accountId, roles: ['ANALYST'], expectedVersion: 1 };
    expect(codes(await mutate('changeAccountRoles', demote))).toEqual(['LAST_ADMIN']);
  });

  test('leaves one administrator when two administrators remove each other at once', async () => {
    const other = await givenAdministrator(access, 'other@demo.test');
    const attempt = (as: AccountIdentity, accountId: string) =>
      access.ask<{ payload: Payload }>(as, mutations.deactivateAccount, { input: { accountId, expectedVersion: 1 } });
    const payloads = await Promise.all([attempt(admin, other.accountId), attempt(other, admin.accountId)]);
    expect(payloads.filter(({ data }) => data?.payload.userErrors.length === 0)).toHaveLength(1);
    expect(payloads.flatMap(({ errors }) => errors.map(({ extensions }) => extensions?.['code']))).toEqual([
      'UNAUTHENTICATED',
    ]);
    // The administrator of the other tests must stay, whichever change was first.
    await access.services.database
      .fork()
      .execute('update account set deactivated_at = null, version = 1 where id = ?', [admin.accountId]);
  });
});

describe('the access token of a former administrator', () => {
  const inputs: Record<keyof typeof mutations, (accountId: string, organizationId: string) => object> = {
    createOrganization: () => ({ idempotencyKey: key(), name: `Late ${key()}` }),
    changeOrganizationTier: (_accountId, organizationId) => ({ organizationId, tier: 'FREE', expectedVersion: 1 }),
    updateOrganization: (_accountId, organizationId) => ({ organizationId, name: `Late ${key()}`, expectedVersion: 1 }),
    registerAccount: () => ({ idempotencyKey: key(), email: `${key()}@late.test`, name: 'Late', roles: ['ADMIN'] }),
    changeAccountRoles: (accountId) => ({ accountId, roles: ['ADMIN'], expectedVersion: 2 }),
    deactivateAccount: (accountId) => ({ accountId, expectedVersion: 2 }),
    erasePersonalData: (accountId) => ({ accountId }),
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

  test('changes nothing when it arrives together with the closing of its account', async () => {
    const leaving = await givenAdministrator(access, 'hurried@demo.test');
    const email = `${key()}@late.test`;
    const register = { idempotencyKey: key(), email, name: 'Late', roles: ['ADMIN'] };
    const [closed, registered] = await Promise.all([
      mutate('deactivateAccount', { accountId: leaving.accountId, expectedVersion: 1 }),
      access.ask<{ payload: Payload }>(leaving, mutations.registerAccount, { input: register }),
    ]);
    expect(closed.userErrors).toEqual([]);
    // The account was either created before the closing, or refused and not created.
    const em = access.services.database.fork();
    const opened = await em.count(AccountEntity, { emailKey: blindIndexOf(em, accountEmail, email) });
    expect(opened).toBe(registered.errors.length === 0 ? 1 : 0);
  });
});

describe('administration', () => {
  const others = [anonymous, ...allRoles.filter((role) => role !== 'ADMIN').map((role) => somebody([role]))];
  const inputs: Record<keyof typeof mutations, object> = {
    createOrganization: { idempotencyKey: key(), name: 'Not Allowed' },
    changeOrganizationTier: { organizationId: newId(), tier: 'FREE', expectedVersion: 1 },
    updateOrganization: { organizationId: newId(), name: 'Not Allowed', expectedVersion: 1 },
    registerAccount: { idempotencyKey: key(), email: 'not@allowed.test', name: 'No', roles: ['ADMIN'] },
    changeAccountRoles: { accountId: newId(), roles: ['ADMIN'], expectedVersion: 1 },
    deactivateAccount: { accountId: newId(), expectedVersion: 1 },
    erasePersonalData: { accountId: newId() },
  };

  test.each(Object.keys(mutations) as (keyof typeof mutations)[])('only administrators may call %s', async (name) => {
    for (const as of others) {
      const { errors } = await access.ask(as, mutations[name], { input: inputs[name] });
      expect(errors).toMatchObject([
        { extensions: { code: as.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN' } },
      ]);
    }
  });
});

describe('audit', () => {
  test('records actors and actions, newest first, in pages', async () => {
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

  test('is found by several actions and a span of time', async () => {
    const { organization } = await mutate('createOrganization', { idempotencyKey: key(), name: 'Sought' });
    await mutate('changeOrganizationTier', { organizationId: organization!.id, tier: 'FREE', expectedVersion: 1 });
    const query = 'query($filter: AuditFilter) { auditEntries(filter: $filter) { nodes { action at } } }';
    const ask = (filter: object) =>
      access.ask<{ auditEntries: { nodes: { action: string; at: string }[] } }>(admin, query, {
        filter: { targetId: organization!.id, ...filter },
      });
    const found = async (filter: object) => (await ask(filter)).data!.auditEntries.nodes.map(({ action }) => action);
    const both = ['ORGANIZATION_TIER_CHANGED', 'ORGANIZATION_CREATED'];
    const [newest] = (await ask({})).data!.auditEntries.nodes;
    const from = new Date(Date.parse(newest!.at) - 3_600_000).toISOString();
    const until = new Date(Date.parse(newest!.at) + 1).toISOString();
    expect(await found({ actions: both, at: { from, until } })).toEqual(both);
    expect(await found({ actions: ['ORGANIZATION_CREATED'] })).toEqual(['ORGANIZATION_CREATED']);
    expect(await found({ at: { from: until } })).toEqual([]);
    expect(await found({ at: { until: from } })).toEqual([]);
    // Deprecated names still work.
    expect(await found({ action: 'ORGANIZATION_CREATED', since: from, until })).toEqual(['ORGANIZATION_CREATED']);
    expect(await found({ since: until })).toEqual([]);
    expect((await ask({ at: { from: until, until: from } })).errors).toMatchObject([
      { message: '"filter.at.until" must be after `from`.', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test("records the request id of the gateway, the client's own id and the client's address", async () => {
    const headers = {
      'x-request-id': 'gateway-1',
      'x-client-request-id': 'i-am-somebody-elses-request',
      'x-client-address': '2001:db8::7',
    };
    const input = { idempotencyKey: key(), name: 'Traced' };
    const created = await access.ask<{ payload: Payload }>(admin, mutations.createOrganization, { input }, headers);
    const query = `query($id: ID) { auditEntries(filter: { targetId: $id }) {
      nodes { requestId clientRequestId clientAddress } } }`;
    const { data } = await access.ask(admin, query, { id: created.data?.payload.organization?.id });
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

  test('records neither id nor address of a client that sends no id and an invalid address', async () => {
    const input = { idempotencyKey: key(), name: 'Untraced' };
    const headers = { 'x-client-address': 'not-an-address' };
    const created = await access.ask<{ payload: Payload }>(admin, mutations.createOrganization, { input }, headers);
    const query =
      'query($id: ID) { auditEntries(filter: { targetId: $id }) { nodes { clientRequestId clientAddress } } }';
    const { data } = await access.ask(admin, query, { id: created.data?.payload.organization?.id });
    expect(data).toEqual({ auditEntries: { nodes: [{ clientRequestId: null, clientAddress: null }] } });
  });

  test('can be read only by administrators', async () => {
    const { errors } = await access.ask(somebody(['ANALYST']), '{ auditEntries { nodes { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('whatever name somebody writes, the same name as others type it finds', () => {
  const find = async (kind: 'organizations' | 'accounts', search: string) => {
    const query = `query($search: String!) { found: ${kind}(filter: { search: $search }) { nodes { id } } }`;
    const { data, errors } = await access.ask<{ found: { nodes: { id: string }[] } }>(admin, query, { search });
    expect(errors).toEqual([]);
    return data!.found.nodes.map(({ id }) => id);
  };

  test('an organization', () =>
    expectNamesToBeFound(
      async (name) => (await mutate('createOrganization', { idempotencyKey: key(), name })).organization!.id,
      (search) => find('organizations', search),
    ));
  test('an account', () =>
    expectNamesToBeFound(
      (name) => givenAccount(access, { email: `${newId()}@names.test`, roles: ['DISPATCHER'], name }),
      (search) => find('accounts', search),
    ));
});

async function signIn(email: string): Promise<SessionPayload> {
  const { data } = await access.ask<{ signIn: SessionPayload }>(
    anonymous,
    `mutation($input: SignInInput!) { signIn(input: $input) ${sessionFields} }`,
    { input: { email, password } },
  );
  return data!.signIn;
}
