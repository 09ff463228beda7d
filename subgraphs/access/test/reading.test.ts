import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import { somebody } from '#shared/test/harness.ts';
import { type AccessUnderTest, givenAccount, givenOrganization, startAccess } from './access.ts';

let access: AccessUnderTest;
let sierra: string;
let ana: string;
let boss: string;
const staff = somebody(['ANALYST']);

beforeAll(async () => {
  access = await startAccess();
  sierra = await givenOrganization(access, 'Sierra');
  ana = await givenAccount(access, {
    email: 'ana@sierra.test',
    name: 'Ana',
    roles: ['CUSTOMER'],
    organizationId: sierra,
  });
  await givenOrganization(access, 'Wäscherei Möller');
  await givenAccount(access, { email: 'jose.nunez@demo.test', name: 'José Núñez', roles: ['DISPATCHER'] });
  for (const name of ['Zoe', 'zack', 'Žana']) {
    await givenAccount(access, { email: `${textKey(name)}@analysts.test`, name, roles: ['ANALYST'] });
  }
  boss = await givenAccount(access, { email: 'boss@demo.test', name: 'Boss', roles: ['DISPATCHER'] });
});
afterAll(() => access.close());

describe('visibility', () => {
  const fields = 'name email roles scopes driver { id } active createdAt version';
  const query = `query($r: [_Any!]!) { _entities(representations: $r) {
    ... on Account { ${fields} } ... on Organization { name } } }`;
  const nameOnly = (name: string) => ({
    name,
    email: null,
    roles: null,
    scopes: null,
    driver: null,
    active: null,
    createdAt: null,
    version: null,
  });
  const whole = { name: 'Ana', email: 'ana@sierra.test', roles: ['CUSTOMER'], active: true, version: 1 };
  /** The account as part of a record that refers to it. */
  const seen = async (as: Identity, __typename: string, id: string) => {
    const { data, errors } = await access.ask<{ _entities: unknown[] }>(as, query, { r: [{ __typename, id }] });
    expect(errors).toEqual([]);
    return data?._entities[0];
  };
  const colleague = () => somebody(['CUSTOMER'], { organizationId: sierra });
  const stranger = somebody(['CUSTOMER'], { organizationId: newId() });

  test('members of an organization see all fields of each other, strangers see nothing', async () => {
    expect(await seen(colleague(), 'Account', ana)).toMatchObject(whole);
    expect(await seen(stranger, 'Account', ana)).toBeNull();
    expect(await seen(colleague(), 'Organization', sierra)).toEqual({ name: 'Sierra' });
    expect(await seen(stranger, 'Organization', sierra)).toBeNull();
  });

  test('the actor of a record: staff see all fields of the account, drivers and customers the name', async () => {
    expect(await seen(staff, 'Account', ana)).toMatchObject(whole);
    expect(await seen(somebody(['DRIVER']), 'Account', ana)).toEqual(nameOnly('Ana'));
    expect(await seen(stranger, 'Account', boss)).toEqual(nameOnly('Boss'));
    expect(await seen(somebody(['DRIVER']), 'Account', boss)).toEqual(nameOnly('Boss'));
  });

  test('an account by its id is null for all but staff, members of its organization and the account itself', async () => {
    const account = async (as: Identity, id: string) => {
      const { data, errors } = await access.ask(as, `query($id: ID!) { account(id: $id) { ${fields} } }`, { id });
      expect(errors).toEqual([]);
      return data?.['account'];
    };
    const outsiders = [colleague(), stranger, somebody(['PARTNER'], { organizationId: sierra }), somebody(['DRIVER'])];
    for (const outsider of outsiders) expect(await account(outsider, boss)).toBeNull();
    for (const outsider of [stranger, somebody(['DRIVER'])]) expect(await account(outsider, ana)).toBeNull();
    expect(await account(colleague(), ana)).toMatchObject(whole);
    expect(await account(staff, boss)).toMatchObject({ name: 'Boss', email: 'boss@demo.test' });
    expect(await account(somebody(['DRIVER'], { accountId: boss }), boss)).toMatchObject({ name: 'Boss', version: 1 });
  });

  test('the driver of an account is visible to staff and the driver, and null for others', async () => {
    const driverId = newId();
    const cem = await givenAccount(access, { email: 'cem@demo.test', name: 'Cem', roles: ['DRIVER'] });
    await access.services.database.fork().execute('update account set driver_id = ? where id = ?', [driverId, cem]);
    const self = somebody(['DRIVER'], { accountId: cem, driverId });
    for (const as of [staff, self]) expect(await seen(as, 'Account', cem)).toMatchObject({ driver: { id: driverId } });
    for (const as of [stranger, somebody(['DRIVER'])]) expect(await seen(as, 'Account', cem)).toEqual(nameOnly('Cem'));
  });

  test('anonymous callers see nothing', async () => {
    expect(await seen(anonymous, 'Account', boss)).toBeNull();
    expect(await seen(anonymous, 'Organization', sierra)).toBeNull();
  });

  test('malformed ids find nothing', async () => {
    expect(await seen(staff, 'Account', 'no-uuid')).toBeNull();
    expect(await seen(staff, 'Organization', 'nul\0')).toBeNull();
  });

  test('only staff and members of an organization can list its accounts', async () => {
    const accounts = 'query($id: ID!) { organization(id: $id) { accounts { totalCount nodes { name } } } }';
    const listed = { organization: { accounts: { totalCount: 1, nodes: [{ name: 'Ana' }] } } };
    expect((await access.ask(colleague(), accounts, { id: sierra })).data).toEqual(listed);
    expect((await access.ask(staff, accounts, { id: sierra })).data).toEqual(listed);
    expect((await access.ask(somebody(['DRIVER']), accounts, { id: sierra })).data).toEqual({
      organization: { accounts: { totalCount: 0, nodes: [] } },
    });
  });

  test('lists of all accounts need access:read, single records need an account', async () => {
    for (const field of ['accounts', 'organizations']) {
      const { errors } = await access.ask(colleague(), `{ ${field} { nodes { id } } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const { errors } = await access.ask(anonymous, 'query($id: ID!) { account(id: $id) { id } }', { id: ana });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('the viewer has its organization and scopes', async () => {
    const as = somebody(['CUSTOMER'], { accountId: ana, organizationId: sierra });
    const { data } = await access.ask(as, '{ viewer { email scopes organization { name } driver { id } } }');
    expect(data).toEqual({
      viewer: {
        email: 'ana@sierra.test',
        scopes: expect.arrayContaining(['shipments:write']),
        organization: { name: 'Sierra' },
        driver: null,
      },
    });
  });
});

describe('lists', () => {
  beforeAll(async () => {
    for (const name of ['Same', 'Same 50%', 'Same_thing']) {
      const organizationId = await givenOrganization(access, `${name} Inc`);
      for (const number of [1, 2, 3]) {
        const email = `${name.replaceAll(/\W/g, '')}.${number}@same.test`.toLowerCase();
        await givenAccount(access, { email, name: 'Equal Name', roles: ['PARTNER'], organizationId });
      }
    }
  });

  interface Names {
    list: {
      totalCount: number;
      nodes: { name: string; id: string }[];
      pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
    };
  }
  const accounts = `query($filter: AccountFilter, $first: Int, $after: String, $last: Int, $before: String) {
    list: accounts(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { id name } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }`;
  const ask = async (variables: object) => (await access.ask<Names>(staff, accounts, { ...variables })).data!.list;

  test('page forward and backward through equal names without gaps or duplicates', async () => {
    const filter = { roles: ['PARTNER'], active: true };
    const whole = await ask({ filter, first: 100 });
    expect(whole.totalCount).toBe(9);
    const seen: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await ask({ filter, first: 4, after });
      seen.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(whole.nodes.map(({ id }) => id));
    const back = await ask({ filter, last: 3, before: whole.pageInfo.endCursor });
    expect(back.nodes.map(({ id }) => id)).toEqual(seen.slice(5, 8));
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test.each(['MÖLLER', 'moller', 'Mo\u0308ller', 'möller wäscherei', 'wascherei'])(
    'search finds organizations in any case, accent, normal form and order: %s',
    async (search) => {
      const query = 'query($s: String!) { organizations(filter: { search: $s }) { nodes { name } } }';
      const { data } = await access.ask(staff, query, { s: search });
      expect(data).toEqual({ organizations: { nodes: [{ name: 'Wäscherei Möller' }] } });
    },
  );

  test.each(['JOSÉ', 'nunez', 'jose.n', 'Nun\u0303ez josé'])('search finds accounts by: %s', async (search) => {
    const { nodes } = await ask({ filter: { search } });
    expect(nodes.map(({ name }) => name)).toEqual(['José Núñez']);
  });

  test('accounts are in the order of their names, whatever their case and accents', async () => {
    const { nodes } = await ask({ filter: { roles: ['ANALYST'] } });
    expect(nodes.map(({ name }) => name)).toEqual(['zack', 'Žana', 'Zoe']);
  });

  test('filter accounts by several roles, and organizations by several tiers', async () => {
    const analysts = ['zack', 'Žana', 'Zoe'];
    const named = async (filter: object) => (await ask({ filter })).nodes.map(({ name }) => name);
    expect(await named({ roles: ['ANALYST', 'DISPATCHER'] })).toEqual(['Boss', 'José Núñez', ...analysts]);
    expect(await named({ roles: [] })).toEqual([]);
    expect(await named({ role: 'ANALYST' })).toEqual(analysts); // deprecated
    expect(await named({ role: 'ANALYST', roles: ['DISPATCHER'] })).toEqual([]);

    const query = 'query($filter: OrganizationFilter) { organizations(filter: $filter) { totalCount nodes { name } } }';
    const counted = async (filter: object) => {
      const { data } = await access.ask<{ organizations: { totalCount: number } }>(staff, query, { filter });
      return data!.organizations.totalCount;
    };
    const [all, standard] = [await counted({}), await counted({ tiers: ['STANDARD'] })];
    expect(await counted({ tiers: ['FREE', 'STANDARD', 'PREMIUM', 'ENTERPRISE'] })).toBe(all);
    expect(await counted({ tier: 'STANDARD' })).toBe(standard); // deprecated
    expect(await counted({ tiers: ['ENTERPRISE'] })).toBe(0);
  });

  test('search takes wildcards literally', async () => {
    const query = 'query($s: String!) { organizations(filter: { search: $s }) { nodes { name } } }';
    const found = async (s: string) => (await access.ask(staff, query, { s })).data;
    expect(await found('50%')).toEqual({ organizations: { nodes: [{ name: 'Same 50% Inc' }] } });
    expect(await found('_')).toEqual({ organizations: { nodes: [{ name: 'Same_thing Inc' }] } });
    expect(await found("'; drop table account; --")).toEqual({ organizations: { nodes: [] } });
  });

  test.each([
    { first: 0 },
    { first: 101 },
    { first: 1, last: 1 },
    { after: 'nonsense' },
    { after: Buffer.from('["a\\u0000","x"]').toString('base64url') },
    { after: Buffer.from(JSON.stringify(['a', "' or 1=1"])).toString('base64url') },
    { filter: { search: '' } },
    { filter: { search: 'x'.repeat(10_000) } },
    { filter: { search: 'nul\0' } },
  ])('refuse wrong arguments (%#)', async (variables) => {
    const { errors } = await access.ask(staff, accounts, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('find nothing for a malformed id', async () => {
    expect((await ask({ filter: { organizationId: 'x' } })).nodes).toEqual([]);
  });

  test('need the same number of statements whatever their length', async () => {
    const nested = `query($first: Int) { organizations(first: $first) { totalCount nodes { name accounts(first: 2) {
      totalCount nodes { name organization { name } } } } } }`;
    const statements = async (first: number) => {
      const before = access.services.database.statements();
      const { errors } = await access.ask(staff, nested, { first });
      expect(errors).toEqual([]);
      return access.services.database.statements() - before;
    };
    const short = await statements(1);
    expect(await statements(4)).toBe(short);
    expect(short).toBeLessThanOrEqual(5);
  });
});
