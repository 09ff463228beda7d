import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseLogPosition, readAfterHeader, startOfLog } from '../identity/log-position.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type Replication, startReplication } from './replication.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

/**
 * The primary is lost, and a standby that was behind is promoted. The subgraph's own standby has more of the former primary's log, so that it cannot
 * follow, and stays at the former state. Gateways still have positions of the former log.
 */
let servers: Replication;
let subgraph: TestSubgraph<SampleContext>;
const dispatcher = somebody(['DISPATCHER']);
let kept: Written;
let lost: Written;

interface Written {
  readonly id: string;
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

async function read(id: string, readAfter: string) {
  const { data, errors } = await subgraph.ask<{ note: { text: string } | null }>(
    dispatcher,
    'query($id: ID!) { note(id: $id) { text } }',
    { id },
    { [readAfterHeader]: readAfter },
  );
  return errors.length > 0 ? errors : (data?.note?.text ?? null);
}

/** Resolves when the subgraph writes to the new primary. */
async function writesAgain(): Promise<Written> {
  for (;;) {
    const written = await write('Dock 3').catch(() => undefined);
    if (written) return written;
  }
}

beforeAll(async () => {
  servers = await startReplication();
  subgraph = await startTestSubgraph(sampleSubgraph('shipments'), {
    database: servers.database,
    standby: { url: servers.standbyUrlFor('shipments'), maxLagMs: 2_000 },
  });
  kept = await write('Dock 1');
  servers.copyPrimary();
  await servers.growLog();
  lost = await write('Dock 2');
  await servers.caughtUp();
  await servers.promoteCopy();
});
afterAll(async () => {
  await subgraph?.close();
  await servers?.[Symbol.asyncDispose]();
});

test('other callers soon see what is written on the new primary', async () => {
  const { id } = await writesAgain();
  while ((await read(id, startOfLog)) !== 'Dock 3') await new Promise((resolve) => setTimeout(resolve, 50));
  expect(subgraph.services.database.reads()?.fallbacks['lag']).toBeGreaterThan(0);
});

test('a caller reads its own write on the new primary, although the standby is further in the former log', async () => {
  const written = await writesAgain();
  expect(written.readAfter.slice(8) < lost.readAfter.slice(8)).toBe(true);
  expect(await read(written.id, written.readAfter)).toBe('Dock 3');
});

test('a position that was lost with the former primary holds no read up', async () => {
  expect(await read(kept.id, lost.readAfter)).toBe('Dock 1');
});
