import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { ConnectionRush } from '../pipeline/connection-rush.ts';

test('a rush lasts until a whole turn of the event loop brings no connection', async () => {
  const rush = new ConnectionRush();
  expect(rush.isOn).toBe(false);
  for (let connection = 0; connection < 5; connection++) {
    rush.noteConnection();
    await nextTurn();
    expect(rush.isOn).toBe(true);
  }
  await nextTurn();
  expect(rush.isOn).toBe(false);
});

test('a rush ends after 100 ms at most, so that operations get their turn', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  const rush = new ConnectionRush();
  rush.noteConnection();
  clock.mockReturnValue(99);
  await nextTurn();
  expect(rush.isOn).toBe(true);
  rush.noteConnection();
  clock.mockReturnValue(100);
  await nextTurn();
  expect(rush.isOn).toBe(false);
  clock.mockRestore();
});
