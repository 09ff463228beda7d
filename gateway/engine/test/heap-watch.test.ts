import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { watchHeap } from '../planning/heap-watch.ts';

/** One array without end, in a loop that never gives way. */
const growing = 'const list = []; while (true) list.push(list.length, {});';

test('a worker whose memory grows without end is noticed while it is busy', async () => {
  const worker = new Worker(growing, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 1_000 } });
  const { promise: exceeded, resolve } = Promise.withResolvers<void>();
  const end = watchHeap(worker, 50 * 2 ** 20, resolve);
  await exceeded;
  end();
  expect(await worker.terminate()).toBe(1);
});
