import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotesOnStandby } from './notes-on-standby.ts';

/** A subgraph whose primary is in a region that was cut off: connections stay open, and nothing answers. */
let notes: NotesOnStandby;

beforeAll(async () => {
  notes = await NotesOnStandby.start();
});
afterAll(async () => notes?.[Symbol.asyncDispose]());

test('reads go on, changes are refused at once with a code, and go on when the primary answers', async () => {
  const { id } = await notes.write('Dock 1');
  await notes.servers.caughtUp();
  notes.lines.primary.freeze();
  // The changes under way are refused, too, once the primary has been silent for some seconds.
  const underWay = Array.from({ length: 20 }, () => notes.write('Dock 1'));
  const refused = { code: 'SERVICE_UNAVAILABLE' };
  await Promise.all(underWay.map((written) => expect(written).rejects.toMatchObject(refused)));
  const { database } = notes.subgraph.services;
  const before = database.statements();
  await expect(notes.write('Dock 1')).rejects.toMatchObject(refused);
  expect(database.statements()).toBe(before);
  expect(await notes.read(id)).toBe('Dock 1');
  await notes.lines.primary.mend();
  await notes.writesAgain('Dock 1');
});
