import type { BucketSize } from './bucket.ts';
import type { BudgetSubject, TierLimits } from './tiers.ts';

/** What an operation takes from one bucket. */
export interface Claim {
  readonly reason: 'points' | 'requests';
  readonly key: string;
  readonly size: BucketSize;
  readonly points: number;
  /** Says what is missing. @param available points that are left */
  readonly describe: (available: number) => string;
}

/** What an operation takes from the buckets of its caller. The first claim is that of points. */
export function claimsOf(
  { key, keys, tier }: BudgetSubject,
  { points, requests, calls }: TierLimits,
  price: number,
  rootFields: () => readonly string[],
): readonly [Claim, ...Claim[]] {
  const claims: [Claim, ...Claim[]] = [
    {
      ...{ reason: 'points', key: keys.points, size: points, points: price },
      describe: (available) => `The operation costs up to ${price} points, and ${available} are left.`,
    },
  ];
  if (requests) claims.push(countOf(keys.requests, requests, tier, ''));
  if (calls.length === 0) return claims;
  const selected = rootFields();
  for (const { name, fields, size } of calls) {
    if (selected.some((field) => fields.includes(field)))
      claims.push(countOf(`${name}:${key}`, size, tier, `${name} `));
  }
  return claims;
}

function countOf(key: string, size: BucketSize, tier: string, kind: string): Claim {
  const describe = () => `A ${tier} caller may send ${size.burst} ${kind}requests per ${inMinutes(size)}.`;
  return { reason: 'requests', key, size, points: 1, describe };
}

function inMinutes({ perMs }: BucketSize): string {
  return perMs === 60_000 ? 'minute' : `${perMs / 60_000} minutes`;
}
