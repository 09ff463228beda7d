import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asAdmin } from '#shared/database/provision.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { seedProduct } from '../seed-product.ts';
import type { Seed, SeedPart } from '../write-seeds.ts';
import { type OpenProduct, openProduct, preparing, smallWorld, smallWorldSeed } from './open-product.ts';

const adminUrl = process.env['TEST_POSTGRES_URL'] ?? '';
const monday = new Date('2026-11-23T09:00:00Z');
const tuesday = new Date('2026-11-24T09:00:00Z');

let database: TestDatabase;
let product: OpenProduct;
beforeEach(async () => {
  database = await createTestDatabase();
  product = await openProduct(database);
});
afterEach(async () => {
  await product.close();
  await database.drop();
});

type Change = Parameters<typeof preparing>[0];

const seed = (moment: Date, change?: Change, number = smallWorldSeed) =>
  seedProduct(Promise.resolve(product.open), {
    adminUrl,
    database: database.name,
    seed: number,
    moment: () => moment,
    prepare: preparing(change),
  });

/** Rows of every table of every subgraph by its name, apart from the notes of migrations, seeds and starts. */
const rowCounts = (): Promise<Record<string, number>> =>
  asAdmin(adminUrl, database.name, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname = any($1) and tablename not in ('migrations', 'seeded', 'access_version', 'key_check')`,
      [product.names],
    );
    const counts = rows.map(async ({ name }): Promise<[string, number]> => {
      const { rows: counted } = await client.query<{ count: string }>(`select count(*) from ${name}`);
      return [name, Number(counted[0]?.count)];
    });
    return Object.fromEntries(await Promise.all(counts));
  });

/** Every index and constraint of the subgraphs, as SQL. */
const definitions = () =>
  asAdmin(adminUrl, database.name, async (client) => {
    const { rows } = await client.query<{ definition: string }>(
      `select indexdef as definition from pg_indexes where schemaname = any($1)
       union all
       select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
       where connamespace = any($1::regnamespace[]) and conrelid::regclass::text !~ 'position_history_'
       order by definition`,
      [product.names],
    );
    return rows.map(({ definition }) => definition).filter((definition) => !/position_history_\d/.test(definition));
  });

/** The moment of the demo data: the newest time of the shipments. */
const newestShipment = () =>
  asAdmin(adminUrl, database.name, async (client) => {
    const { rows } = await client.query<{ newest: Date }>(
      'select max(status_changed_at) as newest from shipments.shipment',
    );
    return rows[0]?.newest;
  });

const tellsOfFullDisk: Seed = async () => {
  throw new Error('The disk is full.');
};

describe('a seed', () => {
  test('writes every subgraph once, also when called again, and leaves keys, indexes and checks as they were', async () => {
    const before = await definitions();
    expect(before.length).toBeGreaterThan(200);
    expect(await Promise.all([seed(monday), seed(monday)])).toContain(true);
    const counts = await rowCounts();
    const world = smallWorld(monday);
    expect(counts).toMatchObject({
      'shipments.shipment': world.shipments.length,
      'shipments.shipment_event': world.shipments.flatMap(({ events }) => events).length,
      'access.account': world.accounts.length,
      'tracking.vehicle_position': world.vehicles.length,
    });
    expect(await definitions()).toEqual(before);
    expect(await seed(tuesday)).toBe(false);
    expect(await rowCounts()).toEqual(counts);
  });

  test('that fails leaves nothing behind, and the next one starts over with a new moment', async () => {
    const failing: Change = (part, name) => (name === 'tracking' ? { ...part, seed: tellsOfFullDisk } : part);
    await expect(seed(monday, failing)).rejects.toThrow('The disk is full.');
    expect(Object.values(await rowCounts()).every((count) => count === 0)).toBe(true);
    expect(await seed(tuesday)).toBe(true);
    expect((await newestShipment())?.getTime()).toBeGreaterThan(monday.getTime());
    expect((await rowCounts())['shipments.shipment']).toBe(smallWorld(tuesday).shipments.length);
  });

  test('whose process is killed halfway leaves nothing behind either', async () => {
    const child = spawn(
      process.execPath,
      ['--no-warnings', new URL('dying-seed.ts', import.meta.url).pathname, adminUrl, database.name],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = await once(createInterface(child.stdout), 'line');
    expect(line).toBe('halfway');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await seed(tuesday)).toBe(true);
    expect((await rowCounts())['shipments.shipment']).toBe(smallWorld(tuesday).shipments.length);
  });

  test('that ends between two commits is completed with the same moment and seed number', async () => {
    const losing: Change = (part, name) => (name === 'fleet' ? losingCommit(part) : part);
    await expect(seed(monday, losing)).rejects.toThrow('The line is cut.');
    await expect(seed(tuesday, undefined, 6)).rejects.toThrow(
      'SEED: use 5, with which the demo data was begun, instead of 6',
    );
    expect(await seed(tuesday)).toBe(true);
    const world = smallWorld(monday);
    expect(await rowCounts()).toMatchObject({
      'shipments.shipment': world.shipments.length,
      'fleet.vehicle': world.vehicles.length,
    });
    expect((await newestShipment())?.getTime()).toBeLessThanOrEqual(monday.getTime());
  });
});

/** The same part, with a connection that is cut at the commit. */
function losingCommit(part: SeedPart): SeedPart {
  return {
    ...part,
    async connect() {
      const client = await part.connect();
      return new Proxy(client, {
        get(target, name) {
          const value = Reflect.get(target, name, target);
          if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
          return (statement: unknown, ...others: unknown[]) =>
            statement === 'commit'
              ? Promise.reject(new Error('The line is cut.'))
              : value.call(target, statement, ...others);
        },
      });
    },
  };
}
