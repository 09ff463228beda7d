import type { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const interval = 100;

/**
 * Calls back when a worker's heap has grown beyond a size. V8's own limit is no help against one large array that grows: where the next size
 * of it doesn't fit, the whole process ends.
 * @returns ends watching
 */
export function watchHeap(worker: Worker, maxBytes: number, onExceeded: () => void): () => void {
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const { used_heap_size: used } = await worker.getHeapStatistics();
      if (used > maxBytes) onExceeded();
    } catch {
      clearInterval(timer); // the worker has ended
    } finally {
      isLooking = false;
    }
  }, interval).unref();
  return () => clearInterval(timer);
}
