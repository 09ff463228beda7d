import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { watchHeap } from '../planning/heap-watch.ts';

/** An array that grows without end, in a loop that never returns to the event loop. */
const growing = 'const list = []; while (true) list.push(list.length, {});';

test('a busy worker whose heap exceeds the limit is reported', async () => {
  const worker = new Worker(growing, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 1_000 } });
  const { promise: exceeded, resolve } = Promise.withResolvers<void>();
  const stop = watchHeap(worker, 50 * 2 ** 20, resolve);
  await exceeded;
  stop();
  expect(await worker.terminate()).toBe(1);
});
