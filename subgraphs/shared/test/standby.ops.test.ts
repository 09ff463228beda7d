import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { query } from '../database/query.ts';
import { sql } from '../database/sql.ts';
import { startOfLog } from '../identity/log-position.ts';
import { NotesOnStandby } from './notes-on-standby.ts';

let notes: NotesOnStandby;

beforeAll(async () => {
  notes = await NotesOnStandby.start();
});
afterEach(async () => {
  await notes.lines.standby.mend();
  const { servers } = notes;
  await servers.startPrimary();
  await servers.startStandby();
  await servers.resumeReplay();
  await servers.caughtUp();
  await notes.answeredBy('standby');
});
afterAll(async () => notes?.[Symbol.asyncDispose]());

test('queries are answered by the standby', async () => {
  const { id } = await notes.write('Dock 4');
  await notes.servers.caughtUp();
  const before = notes.reads().standby ?? 0;
  expect(await notes.read(id)).toBe('Dock 4');
  expect(notes.reads().standby).toBe(before + 1);
});

test('a caller reads its own write while the standby is behind, and another caller an older state', async () => {
  await notes.servers.pauseReplay();
  const { id, readAfter } = await notes.write('Dock 5');
  expect(await notes.read(id, readAfter)).toBe('Dock 5');
  expect(await notes.read(id)).toBeNull();
  await notes.servers.resumeReplay();
  await notes.servers.caughtUp();
  expect(await notes.read(id)).toBe('Dock 5');
});

test('the primary answers everybody when the standby is too far behind', async () => {
  await notes.servers.pauseReplay();
  const { id } = await notes.write('Dock 6');
  await notes.answeredBy('primary');
  expect(await notes.read(id)).toBe('Dock 6');
  expect(notes.reads().fallbacks['lag']).toBeGreaterThan(0);
});

test('a standby that nobody writes to is not behind', async () => {
  expect(notes.reads().lagSeconds).toBeLessThan(2.5);
});

test('a request without a position, such as one of an older gateway, is answered by the primary', async () => {
  await notes.servers.pauseReplay();
  const { id } = await notes.write('Dock 7');
  expect(await notes.read(id, 'unknown')).toBe('Dock 7');
});

test('no client notices that the standby is killed', async () => {
  const { id } = await notes.write('Dock 8');
  await notes.servers.caughtUp();
  expect(await notes.read(id)).toBe('Dock 8');
  await notes.servers.killStandby();
  expect(await Promise.all(Array.from({ length: 20 }, () => notes.read(id)))).toEqual(Array(20).fill('Dock 8'));
});

test('no client notices that the standby freezes in the middle of a query', async () => {
  const { id } = await notes.write('Dock 9');
  await notes.servers.caughtUp();
  expect(await notes.read(id)).toBe('Dock 9');
  notes.lines.standby.freeze();
  expect(await notes.read(id)).toBe('Dock 9');
});

test('a query that conflicts with recovery is repeated on the primary', async () => {
  const { database } = notes.subgraph.services;
  const before = notes.reads().fallbacks['statement'] ?? 0;
  const counted = query(database.fork(undefined, startOfLog), sql`select count(*) from note, pg_sleep(0.5)`);
  await notes.servers.runsOnStandby('pg_sleep(0.5)');
  // The standby can't replay this while a statement reads the table.
  await query(database.fork(), sql`truncate note`);
  expect(await counted).toEqual([{ count: '0' }]);
  expect(notes.reads().fallbacks['statement']).toBe(before + 1);
});

test('the standby answers without the primary, however old its state is', async () => {
  const { id } = await notes.write('Dock 11');
  await notes.servers.caughtUp();
  expect(await notes.read(id)).toBe('Dock 11');
  await notes.servers.killPrimary();
  expect(await notes.read(id)).toBe('Dock 11');
  const parts = await notes.subgraph.services.health.check();
  expect(parts.find(({ name }) => name === 'database')).toMatchObject({
    status: 'degraded',
    reason: 'The database answers reads only.',
  });
});
