import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { afterRunning } from '../planning/running-timer.ts';

/** Blocks the event loop. For timers that is like a suspended process. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('time in which the process was suspended does not count', async () => {
  let called = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const keepAlive = setInterval(() => {}, 1_000);
  afterRunning(400, () => {
    called = true;
    resolve();
  });
  block(1_000);
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  expect(called).toBe(false);
  await promise;
  clearInterval(keepAlive);
  expect(called).toBe(true);
});

test('a cancelled timer does not call back', async () => {
  let called = false;
  const cancel = afterRunning(20, () => {
    called = true;
  });
  cancel();
  await new Promise<void>((resolve) => {
    const keepAlive = setInterval(() => {}, 1_000);
    afterRunning(200, () => {
      clearInterval(keepAlive);
      resolve();
    });
  });
  expect(called).toBe(false);
});
