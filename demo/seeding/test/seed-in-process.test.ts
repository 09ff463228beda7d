import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, fieldSecrets, type TestDatabase } from '#shared/test/harness.ts';
import { SeedProcess } from '../seed-in-process.ts';
import { type OpenProduct, openProduct, smallWorldOptions } from './open-product.ts';

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

const world = smallWorldOptions(new Date('2026-11-23T09:00:00Z'));
const targets = () => product.open.map(({ subgraph: { name } }) => ({ subgraph: name, url: database.urlFor(name) }));
const hubs = () => product.rowsOf('tracking', 'select id from geofence');

test('a child process writes the demo data', async () => {
  await using process = new SeedProcess(world);
  const written = await process.write(targets(), fieldSecrets);
  await written.commit();
  expect(await hubs()).toHaveLength(world.size.hubs);
});

test('data that is not committed is lost with the process', async () => {
  {
    await using process = new SeedProcess(world);
    await process.write(targets(), fieldSecrets);
  }
  expect(await hubs()).toEqual([]);
});

test('a failure of the process is reported to its parent', async () => {
  await using process = new SeedProcess(world);
  const asAnother = targets().map((target) => ({ ...target, url: database.urlFor('analytics') }));
  await expect(process.write(asAnother, fieldSecrets)).rejects.toThrow(/relation .* does not exist/);
});
