import { setFlagsFromString } from 'node:v8';

/** How much the old generation may grow between two full collections, in percent of what the last one left. V8's own choice is up to 300. */
const oldGrowthPercent = 50;

/**
 * Sets V8 up for a process that holds little for long and much for moments (docs/decisions/memory.md). Call before the first request; what can
 * only be said when Node starts stands in `npm run gateway`.
 *
 * V8 sees under load that objects of requests in flight survive a minor collection, takes that for a long life and allocates later ones old at
 * once; then all that these refer to (every parsed answer) stays until a full collection. So it may not.
 */
export function boundMemory(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString(`--heap-growing-percent=${oldGrowthPercent}`);
}
