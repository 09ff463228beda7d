import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { asAdmin } from '#shared/database/provision.ts';
import { newId } from '#shared/ids.ts';
import { createGraphClient } from '../../../client/graph-client.ts';
import type { DemoAccount, TestGraph } from '../graph.ts';
import { exportAs, exportedData } from './personal-data-export.ts';
import { shipmentInput } from './whole-life.ts';

const home = {
  city: 'Chicago',
  region: 'IL',
  country: 'US',
  timeZone: 'America/Chicago',
  location: { latitude: 41.853, longitude: -87.651 },
};

interface Person {
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly token: string;
}
type Result = Readonly<Record<string, { readonly id: string; readonly version: number }>> & {
  readonly accessToken: string;
  readonly userErrors: readonly { readonly code: string }[];
};

/** What the graph holds of a customer and a driver is erased everywhere. */
export function personalData(given: () => TestGraph): void {
  const customer = {
    email: 'quillon.abernathy@demo.test',
    name: 'Quillon Abernathyx',
    phone: '+13125550147',
    site: 'Zyzzogate dock 7',
  };
  const driver = {
    email: 'ottoline.vexworth@demo.test',
    name: 'Ottoline Vexworthy',
    phone: '+1 312 555 0163',
    license: 'VXW-90417-Q',
  };
  const secrets = [...Object.values(customer), ...Object.values(driver)];

  async function run(as: DemoAccount | { readonly token: string }, name: string, input: object, selection = '') {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation($input: ${type}!) { result: ${name}(input: $input) { ${selection} userErrors { code } } }`;
    const { data, errors } =
      typeof as === 'string'
        ? await given().ask<{ result: Result }>(as, query, { input })
        : await createGraphClient({ url: given().url, attempts: 1 }).send<{ result: Result }>(
            { query, variables: { input } },
            { authorization: `Bearer ${as.token}` },
          );
    expect([name, errors]).toEqual([name, []]);
    return data!.result;
  }
  const succeed: typeof run = async (...call) => {
    const result = await run(...call);
    expect([call[1], result.userErrors]).toEqual([call[1], []]);
    return result;
  };
  const key = () => ({ idempotencyKey: randomUUID() });
  const subgraphOf = (name: string) => given().product.subgraphs.find(({ subgraph }) => subgraph.name === name)!;

  async function register(person: { email: string; name: string }, roles: string[], organizationId: string | null) {
    const password = 'a long password of a person';
    const facts = { email: person.email, name: person.name, roles, organizationId, password };
    const { account } = await succeed('admin', 'registerAccount', { ...key(), ...facts }, 'account { id }');
    const session = await succeed('admin', 'signIn', { email: person.email, password }, 'accessToken');
    return { ...person, accountId: account!.id, token: session.accessToken };
  }

  /** The tables with a row that has one of the texts in any column. */
  async function findTexts(texts: readonly string[]): Promise<string[]> {
    const em = subgraphOf('access').services.database.fork();
    const [here] = await em.execute<{ name: string }[]>('select current_database() as name');
    return asAdmin(process.env.TEST_POSTGRES_URL ?? '', here!.name, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema$)' order by 1`,
      );
      const found: string[] = [];
      for (const { name } of rows) {
        const { rowCount } = await client.query(`select 1 from ${name} t where t::text ilike any($1) limit 1`, [
          texts.map((text) => `%${text}%`),
        ]);
        if (rowCount) found.push(name);
      }
      return found;
    });
  }

  let shipper: Person;
  let trucker: Person;
  let driverId: string;
  let apiKeyId: string;
  const shipments: Record<'ended' | 'open', string> = { ended: '', open: '' };

  beforeAll(async () => {
    const { organization } = await succeed(
      'admin',
      'createOrganization',
      { ...key(), name: 'Persons' },
      'organization { id }',
    );
    shipper = await register(customer, ['CUSTOMER', 'PARTNER'], organization!.id);
    trucker = await register(driver, ['DRIVER'], null);
    for (const state of ['ended', 'open'] as const) {
      const input = shipmentInput(randomUUID(), true);
      const contact = { contactName: customer.name, contactPhone: customer.phone };
      const stops = input.stops.map((stop) => ({ ...stop, ...contact }));
      const before = [{ ...stops[0]!, contactName: customer.site }, stops[1]!];
      const create = { ...input, ...key(), stops: before };
      const { shipment } = await succeed(shipper, 'createShipment', create, 'shipment { id version }');
      const { id: shipmentId, version: expectedVersion } = shipment!;
      await succeed(shipper, 'updateShipment', { shipmentId, expectedVersion, stops });
      shipments[state] = shipmentId;
    }
    await given().settle();
    await succeed(shipper, 'cancelShipment', { shipmentId: shipments.ended, reason: 'Sold' });
    apiKeyId = (await succeed(shipper, 'createApiKey', { ...key(), name: `Key of ${customer.name}` }, 'apiKey { id }'))
      .apiKey!.id;
    const facts = {
      name: driver.name,
      phone: driver.phone,
      licenseNumber: driver.license,
      licenseClasses: ['CLASS_A'],
    };
    const registered = { ...key(), ...facts, accountId: trucker.accountId, equipment: ['DRY_VAN'], homeBase: home };
    driverId = (await succeed('admin', 'registerDriver', registered, 'driver { id }')).driver!.id;
    await given().settle();
  }, 60_000);

  describe('exporting', () =>
    exportedData(() => ({
      graph: given(),
      shipper: { ...shipper, phone: customer.phone },
      trucker: { ...trucker, phone: driver.phone, license: driver.license },
      driverId,
      shipmentIds: Object.values(shipments),
      apiKeyId,
    })));

  describe('erasing', () => {
    const erase = (accountId: string) =>
      run('admin', 'erasePersonalData', { accountId }, 'account { id name email active version }');

    test('is refused for an active driver, the account of an API key and nobody', async () => {
      expect((await erase(trucker.accountId)).userErrors).toEqual([{ code: 'INVALID_STATE' }]);
      const [machine] = await subgraphOf('access')
        .services.database.fork()
        .execute<{ id: string }[]>('select account_id as id from api_key where id = ?', [apiKeyId]);
      expect((await erase(machine!.id)).userErrors).toEqual([{ code: 'INVALID_STATE' }]);
      expect((await erase(newId())).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    });

    describe('then', () => {
      let tablesBefore: string[];
      let first: Result;
      beforeAll(async () => {
        tablesBefore = await findTexts(secrets);
        await succeed('admin', 'deactivateDriver', { driverId, expectedVersion: 1 });
        await given().settle();
        first = await erase(shipper.accountId);
        await erase(trucker.accountId);
        await given().settle();
      });

      test('the account has a pseudonym and is closed', () => {
        const id = shipper.accountId;
        const pseudonym = { name: `Erased person ${id.slice(-8)}`, email: `${id}@erased.invalid`, active: false };
        expect(first).toMatchObject({ account: { id, ...pseudonym }, userErrors: [] });
      });

      test('a shipment under way keeps its contacts until it has ended', async () => {
        const query = 'query($id: ID!) { shipment(id: $id) { stops { contactName contactPhone } } }';
        type Read = { shipment: { stops: object[] } };
        const stopsOf = async (id: string) => (await given().ask<Read>('admin', query, { id })).data!.shipment.stops;
        const contact = { contactName: customer.name, contactPhone: customer.phone };
        const nobody = { contactName: null, contactPhone: null };
        expect(await stopsOf(shipments.open)).toEqual([contact, contact]);
        expect(await stopsOf(shipments.ended)).toEqual([nobody, nobody]);
        await succeed('admin', 'cancelShipment', { shipmentId: shipments.open, reason: 'Erased' });
        const { subgraph, services } = subgraphOf('shipments');
        await subgraph.chores
          ?.find(({ name }) => name === 'eraseEndedContacts')
          ?.run(services.database.fork(), services.log);
        await given().settle();
        expect(await stopsOf(shipments.open)).toEqual([nobody, nobody]);
      });

      test('the former values of contacts, which are stored encrypted, are erased too', async () => {
        const query = 'query($id: ID!) { shipment(id: $id) { changes { fields { field before after } } } }';
        type Change = { fields: { field: string; before: string | null; after: string | null }[] };
        const { data } = await given().ask<{ shipment: { changes: Change[] } }>('admin', query, {
          id: shipments.ended,
        });
        const contacts = data!.shipment.changes
          .flatMap(({ fields }) => fields)
          .filter(({ field }) => /contact/.test(field));
        expect(contacts).toEqual([{ field: 'stops.0.contactName', before: null, after: null }]);
      });

      test('no column of any table of any schema has the names, addresses, phones or the licence', async () => {
        expect(tablesBefore).toEqual(expect.arrayContaining(['access.account', 'fleet.driver']));
        expect(await findTexts(secrets)).toEqual([]);
      });

      test('the driver has the pseudonym, and no phone, licence or exact home', async () => {
        const query =
          'query($id: ID!) { driver(id: $id) { name phone licenseNumber active homeBase { city location { latitude } } } }';
        const { data } = await given().ask('admin', query, { id: driverId });
        expect(data).toEqual({
          driver: {
            name: `Erased person ${trucker.accountId.slice(-8)}`,
            phone: 'erased',
            licenseNumber: 'erased',
            active: false,
            homeBase: { city: 'IL', location: { latitude: 42 } },
          },
        });
      });

      test('an export has the pseudonym and what stays under it, but nothing of the erased data', async () => {
        const token = await given().tokenOf('admin');
        for (const { accountId } of [shipper, trucker]) {
          const { data, errors } = await exportAs(given(), token, accountId);
          expect(errors).toEqual([]);
          const { personalData } = data!.exportPersonalData;
          expect(personalData).toMatchObject({
            id: accountId,
            access: { account: [{ name: `Erased person ${accountId.slice(-8)}` }] },
          });
          for (const secret of secrets) expect(JSON.stringify(personalData)).not.toContain(secret);
        }
      });

      test('its tokens, sessions and API keys do not work any more', async () => {
        const em = subgraphOf('access').services.database.fork();
        const counts = await em.execute(
          `select (select count(*)::int from session where account_id = ?) as sessions,
            (select count(*)::int from api_key where id = ? and revoked_at is null) as keys,
            (select count(*)::int from account where id = ? and password_hash is not null) as passwords`,
          [shipper.accountId, apiKeyId, shipper.accountId],
        );
        expect(counts).toEqual([{ sessions: 0, keys: 0, passwords: 0 }]);
      });

      test('a second call changes nothing, and neither does an event that arrives twice', async () => {
        const state = async () => {
          const rows = [];
          for (const [name, table] of [
            ['access', 'account'],
            ['fleet', 'driver'],
            ['shipments', 'shipment'],
            ['risk', 'booking'],
          ] as const)
            rows.push(
              await subgraphOf(name).services.database.fork().execute(`select t::text from ${table} t order by 1`),
            );
          return rows;
        };
        const before = await state();
        expect(await erase(shipper.accountId)).toEqual(first);
        const { jobs, database } = subgraphOf('access').services;
        for (const { accountId } of [shipper, trucker])
          await jobs.emit(database.fork(), 'account.erased', {
            accountId,
            name: `Erased person ${accountId.slice(-8)}`,
            email: `${accountId}@erased.invalid`,
            at: new Date().toISOString(),
          });
        await given().settle();
        expect(await state()).toEqual(before);
      });

      test('the audit trail says who erased whom, and its chain is whole', async () => {
        const { data } = await given().ask<{ auditEntries: { nodes: object[] } }>(
          'admin',
          'query($filter: AuditFilter) { auditEntries(filter: $filter) { nodes { action actor { email } } } }',
          { filter: { targetId: shipper.accountId, actions: ['ACCOUNT_ERASED'] } },
        );
        expect(data!.auditEntries.nodes).toEqual([{ action: 'ACCOUNT_ERASED', actor: { email: 'admin@demo.test' } }]);
      });
    });
  });
}
