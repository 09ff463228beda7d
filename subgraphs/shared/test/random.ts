import fc from 'fast-check';

/** What random tests draw from: the same in each run of the tests. `npm run test:random` sets other seeds and more runs. Every test file loads this file. */
export const seed = Number(process.env['TEST_SEED'] ?? 20_261_120);
const factor = Number(process.env['TEST_RUNS_FACTOR'] ?? 1);

/** Runs of a random test: so many in an ordinary run. */
export const runs = (count: number): number => Math.ceil(count * factor);

fc.configureGlobal({ seed, numRuns: runs(100) });
