import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { query } from '../database/query.ts';
import { sql } from '../database/sql.ts';
import { parseLogPosition, readAfterHeader, startOfLog } from '../identity/log-position.ts';
import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type Replication, startReplication } from './replication.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

/** A subgraph on a primary and a standby with streaming replication. The test speaks as the gateway does. */
let servers: Replication;
let line: CuttableLine;
let subgraph: TestSubgraph<SampleContext>;
const dispatcher = somebody(['DISPATCHER']);

beforeAll(async () => {
  servers = await startReplication();
  line = await openCuttableLine(servers.standbyUrlFor('shipments'));
  subgraph = await startTestSubgraph(sampleSubgraph('shipments'), {
    database: servers.database,
    standby: { url: line.url, maxLagMs: 2_000 },
  });
});
afterEach(async () => {
  await line.mend();
  await servers.startPrimary();
  await servers.startStandby();
  await servers.resumeReplay();
  await servers.caughtUp();
  await answeredBy('standby');
});
afterAll(async () => {
  await subgraph?.close();
  await line?.close();
  await servers?.[Symbol.asyncDispose]();
});

interface Written {
  readonly id: string;
  /** What the gateway remembers for the writer. */
  readonly readAfter: string;
}

async function write(text: string): Promise<Written> {
  const { data, extensions } = await subgraph.ask<{ writeNote: { note: { id: string } } }>(
    dispatcher,
    'mutation($input: WriteNoteInput!) { writeNote(input: $input) { note { id } } }',
    { input: { text } },
  );
  const readAfter = parseLogPosition(extensions?.['written']);
  if (!data || readAfter === undefined) throw new Error('The mutation has no position.');
  return { id: data.writeNote.note.id, readAfter };
}

/** @param readAfter the latest write of the caller; another caller has none */
async function read(id: string, readAfter = startOfLog) {
  const { data, errors } = await subgraph.ask<{ note: { text: string } | null }>(
    dispatcher,
    'query($id: ID!) { note(id: $id) { text } }',
    { id },
    { [readAfterHeader]: readAfter },
  );
  return errors.length > 0 ? errors : (data?.note?.text ?? null);
}

const reads = () => subgraph.services.database.reads();

/** Resolves when a query of a caller who has written nothing is answered by this server. */
async function answeredBy(server: 'standby' | 'primary'): Promise<void> {
  for (;;) {
    const before = reads()?.[server] ?? 0;
    await read('00000000-0000-4000-8000-000000000000');
    if ((reads()?.[server] ?? 0) > before) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('queries are answered by the standby', async () => {
  const { id } = await write('Dock 4');
  await servers.caughtUp();
  const before = reads()?.standby ?? 0;
  expect(await read(id)).toBe('Dock 4');
  expect(reads()?.standby).toBe(before + 1);
});

test('a caller reads its own write while the standby is behind, and another caller an older state', async () => {
  await servers.pauseReplay();
  const { id, readAfter } = await write('Dock 5');
  expect(await read(id, readAfter)).toBe('Dock 5');
  expect(await read(id)).toBeNull();
  await servers.resumeReplay();
  await servers.caughtUp();
  expect(await read(id)).toBe('Dock 5');
});

test('the primary answers everybody when the standby is too far behind', async () => {
  await servers.pauseReplay();
  const { id } = await write('Dock 6');
  await answeredBy('primary');
  expect(await read(id)).toBe('Dock 6');
  expect(reads()?.fallbacks['lag']).toBeGreaterThan(0);
});

test('a standby that nobody writes to is not behind', async () => {
  expect(reads()?.lagSeconds).toBeLessThan(2.5);
});

test('a request without a position, such as one of an older gateway, is answered by the primary', async () => {
  await servers.pauseReplay();
  const { id } = await write('Dock 7');
  const { data } = await subgraph.ask(dispatcher, 'query($id: ID!) { note(id: $id) { text } }', { id });
  expect(data).toEqual({ note: { text: 'Dock 7' } });
});

test('no client notices that the standby is killed', async () => {
  const { id } = await write('Dock 8');
  await servers.caughtUp();
  expect(await read(id)).toBe('Dock 8');
  await servers.killStandby();
  expect(await Promise.all(Array.from({ length: 20 }, () => read(id)))).toEqual(Array(20).fill('Dock 8'));
});

test('no client notices that the standby freezes in the middle of a query', async () => {
  const { id } = await write('Dock 9');
  await servers.caughtUp();
  expect(await read(id)).toBe('Dock 9');
  line.freeze();
  expect(await read(id)).toBe('Dock 9');
});

test('a query that conflicts with recovery is repeated on the primary', async () => {
  const { database } = subgraph.services;
  const before = reads()?.fallbacks['statement'] ?? 0;
  const counted = query(database.fork(undefined, startOfLog), sql`select count(*) from note, pg_sleep(0.5)`);
  await servers.runsOnStandby('pg_sleep(0.5)');
  // The standby can't replay this while a statement reads the table.
  await query(database.fork(), sql`truncate note`);
  expect(await counted).toEqual([{ count: '0' }]);
  expect(reads()?.fallbacks['statement']).toBe(before + 1);
});

test('the standby answers without the primary, however old its state is', async () => {
  const { id } = await write('Dock 11');
  await servers.caughtUp();
  expect(await read(id)).toBe('Dock 11');
  await servers.killPrimary();
  expect(await read(id)).toBe('Dock 11');
  const parts = await subgraph.services.health.check();
  expect(parts.find(({ name }) => name === 'database')).toMatchObject({
    status: 'degraded',
    reason: 'The database answers reads only.',
  });
});
