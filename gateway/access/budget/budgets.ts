import type { Identity } from '#shared/identity/identity.ts';
import type { Tier } from '#shared/vocabulary.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { LongPage } from '../cost/page-sizes.ts';
import type { BucketSize } from './bucket.ts';
import type { BudgetStore, Withdrawn } from './budget-store.ts';
import { type Claim, claimsOf } from './claims.ts';
import type { BucketState, BudgetState } from './report.ts';
import type { ReleaseSlot, SlotStore } from './slots.ts';
import { Spending, type SpendingOptions } from './spending.ts';
import { type BudgetSubject, budgetSubject, type TierLimits, tierLimits } from './tiers.ts';

/** `enforce` refuses what exceeds a budget, `measure` only counts it. */
export type BudgetMode = 'enforce' | 'measure';

export const refusalReasons = ['points', 'requests', 'page', 'concurrent', 'subscriptions'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export interface BudgetsOptions {
  readonly mode: BudgetMode;
  readonly store: BudgetStore;
  /** Pays for the events of subscriptions. Default: the store. */
  readonly payments?: Pick<BudgetStore, 'take'>;
  readonly slots: SlotStore;
  /** Called for each operation that exceeds its budget. */
  readonly onExceeded: (reason: RefusalReason, tier: Tier) => void;
  readonly limits?: Readonly<Record<Tier, TierLimits>>;
}

/** An operation whose price is known. */
export interface PricedOperation {
  readonly identity: Identity;
  /** IP address of the client. */
  readonly address: string;
  readonly price: number;
  readonly isSubscription: boolean;
  /** True if it waits for the response of an equal request, so that it occupies no slot. Default: false. */
  readonly onlyWaits?: boolean;
  /** Names of its root fields. */
  readonly rootFields: () => readonly string[];
  readonly onPaid?: SpendingOptions['onPaid'];
}

/** The budgets of all callers. Everything that a caller does is paid from one bucket. */
export class Budgets {
  readonly #mode: BudgetMode;
  readonly #store: BudgetStore;
  readonly #onExceeded: BudgetsOptions['onExceeded'];
  readonly #limits: Readonly<Record<Tier, TierLimits>>;
  readonly #payments: Pick<BudgetStore, 'take'>;
  readonly #slots: SlotStore;

  constructor({ mode, store, payments = store, slots, onExceeded, limits = tierLimits }: BudgetsOptions) {
    this.#mode = mode;
    this.#store = store;
    this.#payments = payments;
    this.#slots = slots;
    this.#onExceeded = onExceeded;
    this.#limits = limits;
  }

  /** The highest price that the caller's bucket can ever pay; undefined if prices are only measured. */
  highestPrice(identity: Identity, address: string): number | undefined {
    if (this.#mode === 'measure') return undefined;
    return this.#limits[budgetSubject(identity, address).tier].points.burst;
  }

  /** @throws RequestRefusal MAX_PAGE_SIZE_LIMIT if a page is longer than the tier of the caller allows */
  requirePage({ argument, requested }: LongPage, identity: Identity, address: string): void {
    const { tier } = budgetSubject(identity, address);
    const { maxPageSize } = this.#limits[tier];
    if (requested <= maxPageSize) return;
    this.#onExceeded('page', tier);
    if (this.#mode === 'measure') return;
    const message = `A page of a ${tier} caller has at most ${maxPageSize} entries; ${argument} requests ${requested}.`;
    throw new RequestRefusal('MAX_PAGE_SIZE_LIMIT', message, {
      extensions: { argument, requested, limit: maxPageSize },
    });
  }

  /** Reserves the price of an operation. @throws RequestRefusal RATE_LIMITED */
  async reserve(operation: PricedOperation): Promise<Spending> {
    const { identity, address, price, isSubscription, onlyWaits = false, rootFields, onPaid } = operation;
    const subject = budgetSubject(identity, address);
    const limits = this.#limits[subject.tier];
    const taking = onlyWaits ? () => {} : this.#takeSlot(subject, isSubscription);
    // Slots and points of this process are there at once: awaiting them would only cost time.
    const release = taking instanceof Promise ? await taking : taking;
    try {
      // The events of a subscription are paid one by one.
      const reserved = isSubscription ? 0 : price;
      const claiming = this.#takeAll(subject, claimsOf(subject, limits, reserved, rootFields));
      const [points, ...counted] = claiming instanceof Promise ? await claiming : claiming;
      const { key, taken } = points;
      const state: BudgetState = { points, requests: limits.requests && counted[0] };
      const isMeasured = this.#mode === 'measure';
      const stores = { store: this.#store, payments: this.#payments };
      return new Spending({ ...stores, key, state, price, reserved: taken, isMeasured, release, onPaid });
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Reserves the rest of the price of an operation for which less was reserved before.
   * @throws RequestRefusal RATE_LIMITED; the caller then settles the spending with 0
   */
  async raise(spending: Spending, { identity, address, price, rootFields }: PricedOperation): Promise<void> {
    const subject = budgetSubject(identity, address);
    const [claim, ...counted] = claimsOf(subject, this.#limits[subject.tier], price, rootFields);
    const { price: before } = spending;
    const { taken, ...points } = await this.#take(claim.key, claim.size, price - before);
    const isShort = points.waitMs > 0;
    const isRefused = isShort && this.#mode === 'enforce';
    spending.raise(price, isRefused ? 0 : taken, points);
    if (isShort) this.#onExceeded(claim.reason, subject.tier);
    if (!isRefused) return;
    for (const { key, size, points: one } of counted) await this.#store.refund(key, size, one);
    throw tooFew(claim, points.available + before, points.waitMs);
  }

  /** Reads the buckets of a caller whose operation was refused before it was paid. */
  async read(identity: Identity, address: string): Promise<BudgetState> {
    const subject = budgetSubject(identity, address);
    const limits = this.#limits[subject.tier];
    const [points, requests] = await Promise.all([
      this.#take(subject.keys.points, limits.points, 0),
      limits.requests && this.#take(subject.keys.requests, limits.requests, 0),
    ]);
    return { points, requests };
  }

  #takeSlot(subject: BudgetSubject, isSubscription: boolean): ReleaseSlot | Promise<ReleaseSlot> {
    const { tier, keys } = subject;
    const { concurrent, subscriptions } = this.#limits[tier];
    const max = isSubscription ? subscriptions : concurrent;
    const taken = this.#slots.take(isSubscription ? keys.subscriptions : keys.requests, max);
    if (taken instanceof Promise) return taken.then((release) => release ?? this.#exceedSlots(subject, isSubscription));
    return taken ?? this.#exceedSlots(subject, isSubscription);
  }

  #exceedSlots({ tier }: BudgetSubject, isSubscription: boolean): ReleaseSlot {
    const { concurrent, subscriptions } = this.#limits[tier];
    const max = isSubscription ? subscriptions : concurrent;
    this.#onExceeded(isSubscription ? 'subscriptions' : 'concurrent', tier);
    if (this.#mode === 'measure') return () => {};
    const message = isSubscription
      ? `At most ${max} subscriptions of a ${tier} caller may be open at once. End one first.`
      : `At most ${max} requests of a ${tier} caller may run at once. Send fewer at the same time.`;
    // Nobody knows when a subscription ends.
    throw new RequestRefusal('RATE_LIMITED', message, isSubscription ? {} : { retryAfterSeconds: 1 });
  }

  /**
   * Takes all claims, or none of them: a refused operation costs nothing, so that it runs after the time that its refusal states. Points of this
   * process are there at once: see docs/performance.md, P16.
   * @throws RequestRefusal RATE_LIMITED with the longest of the times that its claims must wait
   */
  #takeAll({ tier }: BudgetSubject, [first, ...others]: readonly [Claim, ...Claim[]]): Eventually<[Taken, ...Taken[]]> {
    const taken = this.#takeClaim(first);
    if (!(taken instanceof Promise) && taken.waitMs === 0 && others.length === 0) return [taken];
    return this.#takeOthers(tier, taken, others);
  }

  async #takeOthers(tier: Tier, first: Eventually<Taken>, others: readonly Claim[]): Promise<[Taken, ...Taken[]]> {
    const all: [Taken, ...Taken[]] = [await first];
    for (const claim of others) all.push(await this.#takeClaim(claim));
    const last = all.reduce((one, other) => (other.waitMs > one.waitMs ? other : one));
    if (last.waitMs === 0) return all;
    this.#onExceeded(last.claim.reason, tier);
    if (this.#mode === 'measure') return all;
    for (const { claim, waitMs } of all)
      if (waitMs === 0 && claim.points > 0) await this.#store.refund(claim.key, claim.size, claim.points);
    throw tooFew(last.claim, last.available, last.waitMs);
  }

  #takeClaim(claim: Claim): Eventually<Taken> {
    const { key, size, points } = claim;
    const taken = this.#take(key, size, points);
    return taken instanceof Promise ? taken.then((one) => ({ ...one, claim, key })) : { ...taken, claim, key };
  }

  /** Takes points. If there are too few, takes what is left where budgets are only measured. */
  #take(key: string, size: BucketSize, points: number): Eventually<TakenPoints> {
    const withdrawn = this.#store.take({ key, size, points });
    if (withdrawn instanceof Promise) return withdrawn.then((one) => this.#takeRest(key, size, points, one));
    return this.#takeRest(key, size, points, withdrawn);
  }

  #takeRest(
    key: string,
    size: BucketSize,
    points: number,
    { granted, available, waitMs }: Withdrawn,
  ): Eventually<TakenPoints> {
    if (granted || this.#mode === 'enforce') return { size, available, waitMs, taken: points };
    const rest = this.#store.take({ key, size, points: available, always: true });
    const toTaken = (left: Withdrawn) => ({ size, available: left.available, waitMs, taken: available });
    return rest instanceof Promise ? rest.then(toTaken) : toTaken(rest);
  }
}

function tooFew({ describe }: Claim, available: number, waitMs: number): RequestRefusal {
  const seconds = Math.ceil(waitMs / 1_000);
  const message = `${describe(available)} Try again in ${seconds} s.`;
  return new RequestRefusal('RATE_LIMITED', message, { retryAfterSeconds: seconds });
}

type Eventually<T> = T | Promise<T>;

interface TakenPoints extends BucketState {
  /** Points that were taken. */
  readonly taken: number;
}

/** The outcome of a claim. */
interface Taken extends TakenPoints {
  readonly claim: Claim;
  readonly key: string;
}
