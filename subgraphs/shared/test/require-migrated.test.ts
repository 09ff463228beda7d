import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedMigrations } from '../database/database.ts';
import { asAdmin } from '../database/provision.ts';
import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { ConfigurationError } from '../runtime/config.ts';
import { createLog } from '../runtime/log.ts';
import { openSubgraph } from '../server.ts';
import { createTestDatabase, type TestDatabase } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

/** A subgraph in production expects the tables of `npm run migrate` and changes none. */
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const open = (migrates: boolean) =>
  openSubgraph(sampleSubgraph('fleet'), {
    databaseUrl: database.urlFor('fleet'),
    live: createMemoryPubSub(),
    log: createLog('fleet', 'silent'),
    migrates,
  });

async function refusal(): Promise<string> {
  const error = await open(false).then(
    (opened) => opened.close(),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).message;
}

const sql = (text: string) => asAdmin(database.urlFor('fleet'), undefined, (client) => client.query(text));
const sqlAsAdmin = (text: string) =>
  asAdmin(process.env['TEST_POSTGRES_URL'] ?? '', database.name, (client) => client.query(text));

describe('a subgraph that does not migrate', () => {
  test('names every migration if none has run, and creates no table', async () => {
    expect(await refusal()).toBe(
      `Database: every migration of fleet is required; ${sharedMigrations.map(({ name }) => name).join(', ')}, 0001-note have not run. Run \`npm run migrate\` once per release, before its subgraphs start.`,
    );
    const { rows } = await sql(`select relname from pg_class where relnamespace = 'fleet'::regnamespace`);
    expect(rows).toEqual([]);
  });

  test('starts after all have run, even if a newer release has run more', async () => {
    await (await open(true)).close();
    await sql(`insert into fleet.migrations (name) values ('0002-of-the-next-release')`);
    await (await open(false)).close();
  });

  test('names a column that is missing', async () => {
    await sql('alter table fleet.note rename column seen to seen_before');
    expect(await refusal()).toMatch(
      /a migration that adds column "seen" to table fleet\.note is required; entity Note stores "seen" there/,
    );
    await sql('alter table fleet.note rename column seen_before to seen');
  });

  test.each([
    ['of another release', 'update jobs.version set version = version - 1'],
    ['missing', 'drop schema jobs cascade'],
  ])('names the queues if they are %s', async (_what, statement) => {
    await sqlAsAdmin(statement);
    expect(await refusal()).toBe(
      'Database: the queues of this release are required in schema jobs; they are missing or of another release. Run `npm run migrate` once per release.',
    );
  });
});
