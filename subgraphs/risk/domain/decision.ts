import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { ReviewDecision, RiskContribution, RiskFacts } from './vocabulary.ts';

/** The decision of a reviewer, with the facts and contributions that the reviewer saw. */
export interface Decided {
  readonly decision: ReviewDecision;
  readonly facts: RiskFacts;
  readonly contributions: readonly RiskContribution[];
}

interface Seen {
  readonly facts: RiskFacts;
  readonly contributions: readonly RiskContribution[];
}

/**
 * The decision that applies to a shipment: the verdict of the rules, or the decision of a reviewer. A rejection always
 * stands. An approval replaces a verdict of REVIEW as long as it covers the current facts. The watchlist overrules it.
 */
export function resolveDecision(verdict: RiskVerdict, now: Seen, decided: Decided | null): RiskVerdict {
  if (decided?.decision === 'REJECT') return 'BLOCK';
  if (verdict === 'REVIEW' && decided && covers(decided, now)) return 'ALLOW';
  return verdict;
}

/** True if the reviewer saw at least this: no new rule applies, the lane is the same, and the value is not higher. */
function covers(seen: Seen, now: Seen): boolean {
  const known = new Set(seen.contributions.map(({ rule }) => rule));
  return (
    now.contributions.every(({ rule }) => known.has(rule)) &&
    now.facts.lane === seen.facts.lane &&
    now.facts.currency === seen.facts.currency &&
    now.facts.valueCents <= seen.facts.valueCents
  );
}
