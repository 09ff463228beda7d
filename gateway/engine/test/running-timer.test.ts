import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { afterRunning } from '../planning/running-timer.ts';

/** The process stands still, as it does while it is suspended. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('time in which the process stood still does not count', async () => {
  let called = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const keepAlive = setInterval(() => {}, 1_000);
  afterRunning(400, () => {
    called = true;
    resolve();
  });
  standStill(1_000);
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  expect(called).toBe(false);
  await promise;
  clearInterval(keepAlive);
  expect(called).toBe(true);
});

test('what was cancelled does not happen', async () => {
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
