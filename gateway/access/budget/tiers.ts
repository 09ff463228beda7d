import { budgetOwner } from '#shared/identity/budget-owner.ts';
import { clientNetwork } from '#shared/identity/client-network.ts';
import { type AccountIdentity, type Identity, isStaff } from '#shared/identity/identity.ts';
import type { Tier } from '#shared/vocabulary.ts';
import { type BucketSize, perSecond, perWindow } from './bucket.ts';

/** What a caller of one tier may spend. */
export interface TierLimits {
  /** Points of the prices of operations. */
  readonly points: BucketSize;
  /** Requests of any kind; undefined for tiers whose points are their only limit. */
  readonly requests: BucketSize | undefined;
  /** Calls of expensive kinds. */
  readonly calls: readonly CallLimit[];
  /** Entries of one page of a list. The schema allows 100. */
  readonly maxPageSize: number;
  /** Requests that may run at once. */
  readonly concurrent: number;
  /** Subscriptions that may be open at once. */
  readonly subscriptions: number;
}

/** A limit of the requests that select one of these root fields. */
export interface CallLimit {
  readonly name: 'dispatch' | 'billing';
  readonly fields: readonly string[];
  readonly size: BucketSize;
}

const minute = 60;

/** Assignments, and answers of models. */
const dispatchCalls: CallLimit = {
  name: 'dispatch',
  fields: [
    'assignShipment',
    'assignBest',
    'unassignShipment',
    'recommendDrivers',
    'recommendations',
    'riskAssessments',
  ],
  size: perWindow(20, minute),
};
const billingCalls: CallLimit = {
  name: 'billing',
  fields: ['priceEstimate', 'quote', 'requestQuote', 'acceptQuote', 'invoice', 'invoices', 'recordPayment'],
  size: perWindow(30, 15 * minute),
};
/** The other tiers pay for calls with points only. */
const calls: readonly CallLimit[] = [];

/**
 * The table of tiers. Attempts to sign in have limits of their own in the access subgraph (`SIGN_IN_WINDOW_SECONDS`): they hold for one account and
 * one network together, so that colleagues behind one address do not shut each other out.
 */
export const tierLimits: Readonly<Record<Tier, TierLimits>> = {
  FREE: {
    points: perSecond(50, 1_000),
    requests: perWindow(100, 15 * minute),
    calls: [dispatchCalls, billingCalls],
    maxPageSize: 50,
    concurrent: 5,
    subscriptions: 10,
  },
  STANDARD: {
    points: perSecond(100, 2_000),
    requests: undefined,
    calls,
    maxPageSize: 100,
    concurrent: 20,
    subscriptions: 100,
  },
  PREMIUM: {
    points: perSecond(500, 10_000),
    requests: undefined,
    calls,
    maxPageSize: 100,
    concurrent: 50,
    subscriptions: 500,
  },
  ENTERPRISE: {
    points: perSecond(1_000, 20_000),
    requests: undefined,
    calls,
    maxPageSize: 100,
    concurrent: 100,
    subscriptions: 2_000,
  },
};

/** Callers with the same key share one budget. */
export interface BudgetSubject {
  readonly key: string;
  readonly tier: Tier;
  /** Keys of the buckets and slots that every request uses. */
  readonly keys: { readonly [use in 'points' | 'requests' | 'subscriptions']: string };
}

/** The subjects of accounts. Identities of one token or key are one object. */
const subjects = new WeakMap<AccountIdentity, BudgetSubject>();

/** Finds the budget of a caller: that of its organization, of its account if it has none, or of its network if it is anonymous. */
export function budgetSubject(identity: Identity, address: string): BudgetSubject {
  if (identity.kind !== 'account') return subjectOf(`network:${clientNetwork(address)}`, 'FREE');
  const known = subjects.get(identity);
  if (known) return known;
  const { kind, id } = budgetOwner(identity);
  const subject = subjectOf(`${kind}:${id}`, isStaff(identity) ? 'ENTERPRISE' : identity.tier);
  subjects.set(identity, subject);
  return subject;
}

function subjectOf(key: string, tier: Tier): BudgetSubject {
  return {
    key,
    tier,
    keys: { points: `points:${key}`, requests: `requests:${key}`, subscriptions: `subscriptions:${key}` },
  };
}
