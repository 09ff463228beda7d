import type fc from 'fast-check';

/** Random tests draw the same in every run; other draws are for a developer's machine. */
export const seed = Number(process.env.ENGINE_TEST_SEED ?? 20_261_120);
const runs = Number(process.env.ENGINE_DIFFERENTIAL_RUNS ?? 60);

/** @param share of the number of runs that was asked for */
export function random(share = 1): fc.Parameters<unknown> {
  return { seed, numRuns: Math.ceil(runs * share), endOnFailure: true };
}
