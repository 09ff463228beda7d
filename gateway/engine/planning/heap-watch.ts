import type { Worker } from 'node:worker_threads';

/** Milliseconds between two checks. */
const interval = 100;

/**
 * Calls back when a worker's heap exceeds a size. V8's own limit doesn't protect against one array that grows very large: when its next size
 * doesn't fit, V8 ends the whole process.
 * @returns a function that stops watching
 */
export function watchHeap(worker: Worker, maxBytes: number, onExceeded: () => void): () => void {
  let isChecking = false;
  const timer = setInterval(async () => {
    if (isChecking) return;
    isChecking = true;
    try {
      const { used_heap_size: used } = await worker.getHeapStatistics();
      if (used > maxBytes) onExceeded();
    } catch {
      clearInterval(timer); // the worker has ended
    } finally {
      isChecking = false;
    }
  }, interval).unref();
  return () => clearInterval(timer);
}
