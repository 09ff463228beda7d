import { setInterval } from 'node:timers/promises';

/** Used bytes of the heaps of all processes at one moment. */
async function readHeap(metrics: readonly string[]): Promise<number> {
  const used = await Promise.all(
    metrics.map(async (url) => {
      const text = await (await fetch(url)).text();
      const [, bytes] = /^nodejs_heap_size_used_bytes(?:\{.*\})? (\S+)$/m.exec(text) ?? [];
      if (bytes === undefined) throw new Error(`${url} has no nodejs_heap_size_used_bytes.`);
      return Number(bytes);
    }),
  );
  return used.reduce((sum, one) => sum + one, 0);
}

/** Reads the heaps once a second until the signal. @param metrics addresses of the processes' metrics */
export async function watchHeap(metrics: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
  const samples: number[] = [];
  try {
    for await (const _ of setInterval(1_000, undefined, { signal })) samples.push(await readHeap(metrics));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return samples;
}

/**
 * By how many percent the heap has grown: the least of the last quarter against that of the second one. Garbage comes on top of the
 * least only, and in the first quarter code is still compiled and caches fill.
 */
export function heapGrowthPercent(samples: readonly number[]): number {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return Number.NaN;
  const early = Math.min(...samples.slice(quarter, 2 * quarter));
  const late = Math.min(...samples.slice(-quarter));
  return (late / early - 1) * 100;
}
