import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotesOnStandby } from './notes-on-standby.ts';

/** The region of the primary is cut off, and the standby of this region is promoted. Clients read all the time. */
let notes: NotesOnStandby;
const readers = 10;
const pauseMs = 5;

beforeAll(async () => {
  notes = await NotesOnStandby.start();
});
afterAll(async () => notes?.[Symbol.asyncDispose]());

test('no read fails from the loss of the primary until its name leads to the promoted standby', async () => {
  const { servers, lines } = notes;
  const { id } = await notes.write('Dock 1');
  await servers.caughtUp();
  await notes.answeredBy('standby');
  const stopping = new AbortController();
  const found = new Set<unknown>();
  const read = async () => {
    while (!stopping.signal.aborted) {
      found.add(await notes.read(id).catch((error: unknown) => error));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const reading = Array.from({ length: readers }, read);
  lines.primary.freeze();
  await expect(notes.write('Dock 2')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await servers.promoteStandby();
  await notes.answeredBy('standby');
  lines.primary.lead(servers.standbyUrlFor('shipments'));
  await notes.writesAgain('Dock 3');
  await notes.answeredBy('primary');
  stopping.abort();
  await Promise.all(reading);
  expect([...found]).toEqual(['Dock 1']);
});
