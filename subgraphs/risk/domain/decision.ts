import type { RiskVerdict } from '#shared/vocabulary.ts';
import type { ReviewDecision, RiskContribution, RiskFacts } from './vocabulary.ts';

/** What somebody decided, and what they saw when they did. */
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
 * What holds for a shipment: the verdict of the rules, or the word of the person who reviewed it. A rejection stands. An
 * approval stands for a verdict of REVIEW as long as nothing the reviewer did not see speaks against the shipment; the
 * watchlist overrules it.
 */
export function decisionOf(verdict: RiskVerdict, now: Seen, decided: Decided | null): RiskVerdict {
  if (decided?.decision === 'REJECT') return 'BLOCK';
  if (verdict === 'REVIEW' && decided && covers(decided, now)) return 'ALLOW';
  return verdict;
}

/** True where an approval was given for at least this: no new rule, no other lane, no higher value. */
function covers(seen: Seen, now: Seen): boolean {
  const known = new Set(seen.contributions.map(({ rule }) => rule));
  return (
    now.contributions.every(({ rule }) => known.has(rule)) &&
    now.facts.lane === seen.facts.lane &&
    now.facts.currency === seen.facts.currency &&
    now.facts.valueCents <= seen.facts.valueCents
  );
}
