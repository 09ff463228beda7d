import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readAfterHeader, startOfLog } from '../identity/log-position.ts';
import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from './harness.ts';
import { type Replication, startReplication } from './replication.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

/** A subgraph whose primary is in a region that was cut off: connections stay open, and nothing answers. */
let servers: Replication;
let line: CuttableLine;
let subgraph: TestSubgraph<SampleContext>;
const dispatcher = somebody(['DISPATCHER']);

beforeAll(async () => {
  servers = await startReplication();
  line = await openCuttableLine(servers.database.urlFor('shipments'));
  subgraph = await startTestSubgraph(sampleSubgraph('shipments'), {
    database: { ...servers.database, urlFor: () => line.url },
    standby: { url: servers.standbyUrlFor('shipments'), maxLagMs: 2_000 },
  });
});
afterAll(async () => {
  await line?.mend();
  await subgraph?.close();
  await line?.close();
  await servers?.[Symbol.asyncDispose]();
});

const write = () =>
  subgraph.ask<{ writeNote: { note: { id: string } } }>(
    dispatcher,
    'mutation($input: WriteNoteInput!) { writeNote(input: $input) { note { id } } }',
    { input: { text: 'Dock 1' } },
  );
const read = (id: string) =>
  subgraph.ask(dispatcher, 'query($id: ID!) { note(id: $id) { text } }', { id }, { [readAfterHeader]: startOfLog });

test('reads go on, changes are refused at once with a code, and go on when the primary answers', async () => {
  const id = (await write()).data?.writeNote.note.id ?? '';
  await servers.caughtUp();
  line.freeze();
  // The changes under way are refused, too, once the primary has been silent for some seconds.
  const underWay = await Promise.all(Array.from({ length: 20 }, write));
  const codes = new Set(underWay.flatMap(({ errors }) => errors.map(({ extensions }) => extensions?.['code'])));
  expect(codes).toEqual(new Set(['SERVICE_UNAVAILABLE']));
  const before = subgraph.services.database.statements();
  expect((await write()).errors[0]).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(subgraph.services.database.statements()).toBe(before);
  expect((await read(id)).data).toEqual({ note: { text: 'Dock 1' } });
  await line.mend();
  while ((await write()).errors.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
});
