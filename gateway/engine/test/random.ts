import type fc from 'fast-check';
import { runs } from '#shared/test/random.ts';

/** The parameters of a random test. @param share the share of the usual number of graphs */
export function random(share = 1): fc.Parameters<unknown> {
  return { numRuns: runs(60 * share), endOnFailure: true };
}
