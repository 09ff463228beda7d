import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotesOnStandby, type Written } from './notes-on-standby.ts';

/**
 * The primary is lost, and a standby that was behind is promoted. The subgraph's own standby has more of the former primary's log, so that it cannot
 * follow, and stays at the former state. Gateways still have positions of the former log.
 */
let notes: NotesOnStandby;
let kept: Written;
let lost: Written;

beforeAll(async () => {
  notes = await NotesOnStandby.start();
  const { servers } = notes;
  kept = await notes.write('Dock 1');
  servers.copyPrimary();
  await servers.growLog();
  lost = await notes.write('Dock 2');
  await servers.caughtUp();
  await servers.promoteCopy();
});
afterAll(async () => notes?.[Symbol.asyncDispose]());

test('other callers soon see what is written on the new primary', async () => {
  const { id } = await notes.writesAgain('Dock 3');
  while ((await notes.read(id)) !== 'Dock 3') await new Promise((resolve) => setTimeout(resolve, 50));
  expect(notes.reads().fallbacks['lag']).toBeGreaterThan(0);
});

test('a caller reads its own write on the new primary, although the standby is further in the former log', async () => {
  const written = await notes.writesAgain('Dock 3');
  expect(written.readAfter.slice(8) < lost.readAfter.slice(8)).toBe(true);
  expect(await notes.read(written.id, written.readAfter)).toBe('Dock 3');
});

test('a position that was lost with the former primary holds no read up', async () => {
  expect(await notes.read(kept.id, lost.readAfter)).toBe('Dock 1');
});
