import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { upgradeWith } from '../../shared/test/migrations.ts';
import { migrations } from '../migrations/list.ts';
import {
  type AccessUnderTest,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  password,
  startAccess,
  type UserError,
} from './access.ts';

interface Organization {
  readonly name: string;
  readonly billingAddress: object | null;
  readonly vatId: string | null;
  readonly paymentTermsDays: number | null;
  readonly version: number;
}

interface Payload {
  readonly organization: Organization | null;
  readonly userErrors: readonly UserError[];
}

const billing = 'billingAddress { lines city region postalCode country } vatId paymentTermsDays';
const address = {
  lines: ['200 Commerce Dr', 'Suite 4'],
  city: 'Chicago',
  region: 'IL',
  postalCode: '60601',
  country: 'US',
};

let access: AccessUnderTest;
let admin: AccountIdentity;
beforeAll(async () => {
  access = await startAccess();
  admin = await givenAdministrator(access, 'admin@billing.test');
});
afterAll(() => access.close());

async function update(organizationId: string, input: object, expectedVersion = 1): Promise<Payload> {
  const mutation = `mutation($input: UpdateOrganizationInput!) { payload: updateOrganization(input: $input) {
    organization { name ${billing} version } userErrors { code field message } } }`;
  const variables = { input: { organizationId, expectedVersion, ...input } };
  const { data, errors } = await access.ask<{ payload: Payload }>(admin, mutation, variables);
  expect(errors).toEqual([]);
  return data!.payload;
}

async function auditOf(id: string) {
  const query =
    'query($id: ID) { auditEntries(filter: { targetId: $id }) { nodes { action changes { field before after } } } }';
  const { data } = await access.ask<{ auditEntries: { nodes: object[] } }>(admin, query, { id });
  return data?.auditEntries.nodes;
}

test('a new organization has no address and no VAT number, and pays within 30 days', async () => {
  const { organization } = await update(await givenOrganization(access, 'Plain'), {});
  expect(organization).toEqual({ name: 'Plain', billingAddress: null, vatId: null, paymentTermsDays: 30, version: 1 });
});

test('an update changes the given fields, keeps the others and is audited', async () => {
  const id = await givenOrganization(access, 'Before');
  const first = await update(id, { billingAddress: address, vatId: ' de 123 456\u00a0789 ' });
  const changed = { name: 'Before', billingAddress: address, vatId: 'DE123456789', paymentTermsDays: 30, version: 2 };
  expect(first).toEqual({ organization: changed, userErrors: [] });
  const second = await update(id, { name: ' After ', paymentTermsDays: 0 }, 2);
  expect(second.organization).toEqual({ ...changed, name: 'After', paymentTermsDays: 0, version: 3 });
  const third = await update(id, { billingAddress: null, vatId: null }, 3);
  expect(third.organization).toMatchObject({ billingAddress: null, vatId: null, paymentTermsDays: 0, version: 4 });
  const line = '200 Commerce Dr, Suite 4, Chicago, IL, 60601, US';
  const action = 'ORGANIZATION_UPDATED';
  expect(await auditOf(id)).toEqual([
    {
      action,
      changes: [
        { field: 'billingAddress', before: line, after: null },
        { field: 'vatId', before: 'DE123456789', after: null },
      ],
    },
    {
      action,
      changes: [
        { field: 'name', before: 'Before', after: 'After' },
        { field: 'paymentTermsDays', before: '30', after: '0' },
      ],
    },
    {
      action,
      changes: [
        { field: 'billingAddress', before: null, after: line },
        { field: 'vatId', before: null, after: 'DE123456789' },
      ],
    },
  ]);
});

test('an update without a difference changes nothing', async () => {
  const id = await givenOrganization(access, 'Same');
  await update(id, { billingAddress: address, vatId: 'RFC&1' });
  const again = await update(
    id,
    { name: 'Same', billingAddress: { ...address, region: 'US-IL' }, vatId: 'rfc & 1' },
    2,
  );
  expect(again).toMatchObject({ organization: { version: 2 }, userErrors: [] });
  expect(await update(id, {}, 2)).toEqual(again);
  expect(await auditOf(id)).toHaveLength(1);
});

test('a repeated call with its key changes the organization once', async () => {
  const id = await givenOrganization(access, 'Keyed');
  const input = { idempotencyKey: newId(), paymentTermsDays: 60 };
  const first = await update(id, input);
  expect(first.organization).toMatchObject({ paymentTermsDays: 60, version: 2 });
  expect(await update(id, input)).toEqual(first);
  const other = await update(id, { ...input, paymentTermsDays: 61 });
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
});

test('of racing updates one wins, and the others get CONFLICT with the current organization', async () => {
  const id = await givenOrganization(access, 'Raced');
  const payloads = await Promise.all([10, 20, 40].map((paymentTermsDays) => update(id, { paymentTermsDays })));
  expect(payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['CONFLICT', 'CONFLICT']);
  const winner = payloads.find(({ userErrors }) => userErrors.length === 0);
  for (const { organization } of payloads) expect(organization).toEqual(winner?.organization);
});

test('a name that another organization has in another spelling is refused, and the own name may change its spelling', async () => {
  await givenOrganization(access, 'Łódź Öl');
  const id = await givenOrganization(access, 'Renamed');
  const taken = await update(id, { name: 'LODZ OL', paymentTermsDays: 5 });
  expect(taken).toMatchObject({ organization: null, userErrors: [{ code: 'NAME_TAKEN', field: ['name'] }] });
  expect((await update(id, { name: 'RENAMED' })).organization).toMatchObject({ name: 'RENAMED', paymentTermsDays: 30 });
  const query = '{ organizations(filter: { search: "renamed" }) { nodes { name } } }';
  expect((await access.ask(admin, query)).data).toEqual({ organizations: { nodes: [{ name: 'RENAMED' }] } });
});

test('an unknown organization is not found', async () => {
  for (const id of [newId(), 'no-uuid', '']) {
    expect(await update(id, { paymentTermsDays: 5 })).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', field: ['organizationId'] }],
    });
  }
});

test.each([
  ['a code in small letters', { country: 'us', region: 'us-il' }, { country: 'US', region: 'IL' }],
  ['the name of the region', { region: 'Illinois' }, { region: 'IL' }],
  ['no region', { country: 'SG', region: null }, { country: 'SG', region: null }],
  ['blank optional parts', { country: 'SG', region: ' ', postalCode: '' }, { region: null, postalCode: null }],
])('an address with %s is accepted', async (_what, given, stored) => {
  const { organization } = await update(await givenOrganization(access, newId()), {
    billingAddress: { ...address, ...given },
  });
  expect(organization?.billingAddress).toMatchObject(stored);
});

test.each([
  [['billingAddress', 'country'], { billingAddress: { ...address, country: 'XX' } }],
  [['billingAddress', 'region'], { billingAddress: { ...address, region: 'ON' } }],
  [['billingAddress', 'lines'], { billingAddress: { ...address, lines: [] } }],
  [['billingAddress', 'lines'], { billingAddress: { ...address, lines: Array(6).fill('x') } }],
  [['billingAddress', 'lines', '0'], { billingAddress: { ...address, lines: ['two\nlines'] } }],
  [['billingAddress', 'lines', '1'], { billingAddress: { ...address, lines: ['fine', ' '] } }],
  [['billingAddress', 'city'], { billingAddress: { ...address, city: 'nul\0' } }],
  [['billingAddress', 'postalCode'], { billingAddress: { ...address, postalCode: '1'.repeat(21) } }],
  [['vatId'], { vatId: ' ' }],
  [['vatId'], { vatId: '1'.repeat(21) }],
  [['vatId'], { vatId: 'none' }],
  [['vatId'], { vatId: 'DE123<4>' }],
  [['paymentTermsDays'], { paymentTermsDays: -1 }],
  [['paymentTermsDays'], { paymentTermsDays: 121 }],
  [['paymentTermsDays'], { paymentTermsDays: null }],
  [['name'], { name: 'x' }],
  [['name'], { name: null }],
  [['idempotencyKey'], { idempotencyKey: 'short' }],
])('an invalid %j is refused (%#)', async (field, input) => {
  const payload = await update(newId(), input);
  expect(payload).toMatchObject({ organization: null, userErrors: [{ code: 'INVALID_INPUT', field }] });
});

test('billing details are visible to accounts of the organization and staff with access:read, and null for others', async () => {
  const id = await givenOrganization(access, 'Discreet');
  await update(id, { billingAddress: address, vatId: 'DE123456789', paymentTermsDays: 45 });
  const details = { billingAddress: address, vatId: 'DE123456789', paymentTermsDays: 45 };
  const seenBy = async (identity: Identity) => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { name ${billing} } } }`;
    const { data, errors } = await access.ask<{ _entities: unknown[] }>(identity, query, {
      r: [{ __typename: 'Organization', id }],
    });
    expect(errors).toEqual([]);
    return data?._entities[0];
  };
  for (const role of ['CUSTOMER', 'PARTNER'] as const) {
    expect(await seenBy(somebody([role], { organizationId: id }))).toEqual({ name: 'Discreet', ...details });
    expect(await seenBy(somebody([role], { organizationId: newId() }))).toBeNull();
  }
  for (const role of ['ADMIN', 'ANALYST'] as const) {
    expect(await seenBy(somebody([role]))).toEqual({ name: 'Discreet', ...details });
  }
  const hidden = { name: 'Discreet', billingAddress: null, vatId: null, paymentTermsDays: null };
  for (const role of ['DISPATCHER', 'DRIVER'] as const) expect(await seenBy(somebody([role]))).toEqual(hidden);
  expect(await seenBy(anonymous)).toBeNull();
});

test('an account that signs in sees the billing details and the accounts of its organization at once', async () => {
  const organizationId = await givenOrganization(access, 'Signing In');
  await givenAccount(access, { email: 'cleo@signing.test', name: 'Cleo', roles: ['CUSTOMER'], organizationId });
  const mutation = `mutation($input: SignInInput!) { signIn(input: $input) {
    viewer { organization { paymentTermsDays accounts { nodes { name } } } } } }`;
  const { data } = await access.ask(anonymous, mutation, { input: { email: 'cleo@signing.test', password } });
  expect(data).toEqual({
    signIn: { viewer: { organization: { paymentTermsDays: 30, accounts: { nodes: [{ name: 'Cleo' }] } } } },
  });
});

test('organizations of earlier releases have no billing details, and pay within 30 days', async () => {
  await using database = await upgradeWith('access', migrations, {
    before: '0006-billing-details',
    statements: `insert into organization (id, name, name_key, tier, created_at)
      values ('${newId()}', 'Old', 'old', 'FREE', '2026-01-02')`,
  });
  const columns = 'billing_address as address, vat_id as "vatId", payment_terms_days as days, version';
  expect(await database.fork().execute(`select ${columns} from organization`)).toEqual([
    { address: null, vatId: null, days: 30, version: 1 },
  ]);
});
