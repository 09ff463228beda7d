import { setFlagsFromString } from 'node:v8';

/** Growth of the old generation that triggers the next full collection, in percent. V8's own choice is up to 300. */
const oldGrowthPercent = 50;

/**
 * Sets flags of V8 for a process whose objects are mostly short-lived: see docs/performance.md, P3 and P4. Call it before the first request.
 * The script `npm run gateway` has the flags that must be set when Node starts.
 */
export function boundMemory(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString(`--heap-growing-percent=${oldGrowthPercent}`);
}
