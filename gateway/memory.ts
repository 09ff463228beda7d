import { setFlagsFromString } from 'node:v8';

/** How much the old generation may grow between two full collections, in percent of what the last one left. V8's own choice is up to 300. */
const oldGrowthPercent = 50;

/**
 * Sets V8 up for a process that holds little for long and much for moments: see docs/performance.md, P3 and P4. Call before the first request.
 * Flags that must be given when Node starts are in `npm run gateway`.
 */
export function boundMemory(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString(`--heap-growing-percent=${oldGrowthPercent}`);
}
