import fc from 'fast-check';

/** The seed of random tests is the same in each run. `npm run test:random` sets other seeds and more runs. Every test file loads this file. */
export const seed = Number(process.env['TEST_SEED'] ?? 20_261_120);
const factor = Number(process.env['TEST_RUNS_FACTOR'] ?? 1);

/** The number of cases of a random test. @param thorough cases at least under `npm run test:random` */
export const runs = (count: number, thorough = 0): number =>
  factor === 1 ? count : Math.max(Math.ceil(count * factor), thorough);

fc.configureGlobal({ seed, numRuns: runs(100) });
