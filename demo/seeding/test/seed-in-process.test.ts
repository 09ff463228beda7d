import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, fieldSecrets, type TestDatabase } from '#shared/test/harness.ts';
import { generateWorld } from '../../generate/generate.ts';
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

test('a child process writes the demo data, with personal data encrypted', async () => {
  await using process = new SeedProcess(world);
  const written = await process.write(targets(), fieldSecrets);
  await written.commit();
  expect(await hubs()).toHaveLength(world.size.hubs);
  const { drivers, accounts } = generateWorld(world);
  const personal = [
    ...drivers.flatMap(({ phone, licenseNumber }) => [phone, licenseNumber]),
    ...accounts.map(({ email }) => email),
  ];
  const found = await Promise.all(product.names.map((name) => columnsWith(name, personal)));
  expect(found.flat()).toEqual([]);
});

/** The columns of a subgraph in which a copy of the database would show an e-mail address, a phone or one of these texts. */
async function columnsWith(subgraph: string, texts: readonly string[]): Promise<string[]> {
  const columns = await product.rowsOf(
    subgraph,
    `select table_name as table, column_name as column from information_schema.columns join information_schema.tables
      using (table_schema, table_name) where table_schema = '${subgraph}' and table_type = 'BASE TABLE'
      and data_type in ('text', 'json', 'jsonb', 'ARRAY')`,
  );
  const list = texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
  const found: string[] = [];
  for (const { table, column } of columns as { table: string; column: string }[]) {
    const rows = await product.rowsOf(
      subgraph,
      `select "${column}"::text as value from "${table}" where "${column}"::text ~ '[[:alnum:]]@[[:alnum:]-]+\\.[a-z]|[+][1-9][0-9]{9}'
        or exists (select from unnest(array[${list}]) text where strpos("${column}"::text, text) > 0) limit 1`,
    );
    found.push(...rows.map((row) => `${subgraph}.${table}.${column}: ${(row as { value: string }).value}`));
  }
  return found;
}

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
