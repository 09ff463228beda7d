import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { claimIndex } from '#shared/database/blind-index.ts';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { sealRows } from '#shared/database/seal-rows.ts';
import { createFieldCipher } from '#shared/identity/field-cipher.ts';
import type { FieldKey } from '#shared/identity/sealed-text.ts';
import { newId } from '#shared/ids.ts';
import { createLog } from '#shared/runtime/log.ts';
import {
  createTestDatabase,
  fieldSecrets,
  somebody,
  startTestSubgraph,
  type TestDatabase,
  type TestSubgraph,
} from '#shared/test/harness.ts';
import type { FleetContext } from '../context.ts';
import { driverLicense } from '../entities.ts';
import { createFleet, fleetTables } from '../subgraph.ts';

const dispatcher = somebody(['DISPATCHER']);
const [first = '', second = '', third = ''] = [newId(), newId(), newId()].toSorted();
let database: TestDatabase;
let running: TestSubgraph<FleetContext>;
beforeAll(async () => {
  database = await createTestDatabase();
  running = await startTestSubgraph(createFleet(), { database });
  await rows(`
    insert into driver (id, name, name_key, phone, license_number, license_key, license_classes, equipment, home, hired_at, created_at) values
      ('${first}', 'Anna', 'anna', '1.312.5550100', 'B072 RRE', 'b072rre', '{CLASS_A}', '{REEFER}', '{}', now(), now()),
      ('${second}', 'Ben', 'ben', '+13125550101', 'b072-rre', 'b072rre ${second}', '{CLASS_A}', '{REEFER}', '{}', now(), now()),
      ('${third}', 'Cem', 'cem', '+13125550102', 'C9', 'c9', '{CLASS_A}', '{REEFER}', '{}', now(), now())`);
});
afterAll(async () => {
  await running.close();
  await database.drop();
});

function rows<R = Record<string, string>>(sql: string): Promise<R[]> {
  return running.services.database.fork().execute<R[]>(sql);
}

async function withKeys<T>(
  fieldKeys: readonly [FieldKey, ...FieldKey[]],
  run: (given: Database) => Promise<T>,
  blindIndexKeys = fieldSecrets.blindIndexKeys,
): Promise<T> {
  const given = await openDatabase({
    url: database.urlFor('fleet'),
    schema: 'fleet',
    entities: fleetTables.entities,
    migrations: fleetTables.migrations,
    log: createLog('fleet', 'silent'),
    cipher: createFieldCipher({ fieldKeys, blindIndexKeys }),
    statementTimeoutMs: 60_000,
  });
  try {
    return await run(given);
  } finally {
    await given.close();
  }
}

async function listed(licenseNumber: string): Promise<unknown> {
  const { data } = await running.ask(
    dispatcher,
    'query($licenseNumber: String) { drivers(filter: { licenseNumber: $licenseNumber }) { nodes { name phone licenseNumber } } }',
    { licenseNumber },
  );
  return (data?.['drivers'] as { nodes: unknown } | undefined)?.nodes;
}

const keyIds = () =>
  rows<{ keys: string }>(
    `select distinct split_part(phone, '.', 2) as keys from driver union select split_part(license_number, '.', 2) from driver`,
  );

test('drivers of an earlier release are read before they are encrypted', async () => {
  const { data } = await running.ask(dispatcher, `{ driver(id: "${first}") { phone licenseNumber } }`);
  expect(data).toEqual({ driver: { phone: '1.312.5550100', licenseNumber: 'B072 RRE' } });
});

test('a start encrypts them and finds them by their licence; of two equal ones, the first', async () => {
  expect(await sealRows(running.services.database, fleetTables.entities, 'plain')).toBe(6);
  expect(await sealRows(running.services.database, fleetTables.entities, 'plain')).toBe(0);
  expect(JSON.stringify(await rows('select * from driver'))).not.toMatch(/B072|b072|555010|"C9"|"c9"/);
  expect(await listed('b072 rre')).toEqual([{ name: 'Anna', phone: '1.312.5550100', licenseNumber: 'B072 RRE' }]);
  expect(await listed('c-9')).toEqual([{ name: 'Cem', phone: '+13125550102', licenseNumber: 'C9' }]);
});

test('a licence number is taken under every key of indexes', async () => {
  const keys = ['20261129120000:new blind index key of these tests', ...fieldSecrets.blindIndexKeys] as const;
  const taken = async ({ fork }: Database) => {
    expect(await claimIndex(fork(), driverLicense, 'b072 RRE', third)).toBe(false);
    expect(await claimIndex(fork(), driverLicense, 'b072 RRE', first)).toBe(true);
    expect(await claimIndex(fork(), driverLicense, 'free', third)).toBe(true);
  };
  await withKeys(fieldSecrets.fieldKeys, taken, keys);
});

test('an update writes only what it changes', async () => {
  const [before] = await rows(`select phone, license_number from driver where id = '${third}'`);
  const input = { driverId: third, expectedVersion: 1, name: 'Cem Aydin', licenseNumber: 'C 9' };
  const mutation = 'mutation($input: UpdateDriverInput!) { updateDriver(input: $input) { userErrors { code } } }';
  expect((await running.ask(dispatcher, mutation, { input })).data).toEqual({ updateDriver: { userErrors: [] } });
  const [after] = await rows(`select phone, license_number from driver where id = '${third}'`);
  expect(after?.['phone']).toBe(before?.['phone']);
  expect(after?.['license_number']).not.toBe(before?.['license_number']);
});

test('after a rotation, an interrupted run goes on, and then the old key can be removed', async () => {
  const [old] = fieldSecrets.fieldKeys;
  const newer: FieldKey = { id: 'newer', secret: Buffer.alloc(32, 'newer key') };
  await withKeys([newer, old], async (both) => {
    await expect(sealRows(interruptedAfter(both, 1), fleetTables.entities, 'outdated')).rejects.toThrow('interrupted');
    expect((await keyIds()).map(({ keys }) => keys).toSorted()).toEqual(['newer', 'test']);
    expect(await sealRows(both, fleetTables.entities, 'outdated')).toBe(3);
    expect(await sealRows(both, fleetTables.entities, 'outdated')).toBe(0);
  });
  expect(await keyIds()).toEqual([{ keys: 'newer' }]);
  await withKeys([newer], async (rotated) => {
    const [driver] = await rotated.fork().find(fleetTables.entities[1] as never, { id: first } as never); // the list of entities has lost their types
    expect(driver).toMatchObject({ phone: '1.312.5550100', licenseNumber: 'B072 RRE' });
  });
});

/** The process ends after some columns. */
function interruptedAfter(given: Database, columns: number): Database {
  let forks = 0;
  return {
    ...given,
    fork: () => {
      forks += 1;
      if (forks > columns * 2) throw new Error('interrupted');
      return given.fork();
    },
  };
}
