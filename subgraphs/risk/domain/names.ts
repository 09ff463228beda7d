import { wordsOf } from '#shared/input/text-key.ts';
import type { WatchlistKind } from './vocabulary.ts';

const legalForms = new Set(
  'inc incorporated llc llp lp ltd limited corp corporation co company sa de cv sapi rl srl plc gmbh'.split(' '),
);

/**
 * Makes the key of a name: without case, accents, punctuation, and a legal form at the end. Names with equal keys are
 * equal. Parts of names are not compared, because common words would block honest companies.
 */
export function nameKey(name: string): string {
  const words = wordsOf(name.replaceAll('.', '')); // "S.A." is "SA"
  let end = words.length;
  while (end > 1 && legalForms.has(words[end - 1] ?? '')) end--;
  return words.slice(0, end).join(' ');
}

/** The value of a watchlist entry as assessments show it. */
export function shownValue(kind: WatchlistKind, value: string): string {
  return kind === 'EMAIL' ? maskedEmail(value) : value;
}

/** An address as assessments show it, which are kept for ever: `t…@mail.test`. The entry of the watchlist has the whole. */
function maskedEmail(email: string): string {
  return email.replace(/^(.).*@/u, '$1…@');
}
