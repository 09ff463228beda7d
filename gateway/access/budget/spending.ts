import type { RateLimit } from '#shared/identity/rate-limit.ts';
import type { BudgetStore } from './budget-store.ts';
import { type BudgetState, type CostReport, rateLimitHeaders, rateLimitOf, throttleStatus } from './report.ts';

export interface SpendingOptions {
  readonly store: BudgetStore;
  /** Pays for the events of subscriptions. */
  readonly payments: Pick<BudgetStore, 'take'>;
  /** Of the bucket of points. */
  readonly key: string;
  /** The buckets after the reservation. */
  readonly state: BudgetState;
  /** Highest cost of the operation; of a subscription, of one event. */
  readonly price: number;
  /** Points that were taken for it. */
  readonly reserved: number;
  /** True if operations run even without points. */
  readonly isMeasured: boolean;
  /** Ends the operation's use of a slot. */
  readonly release: () => void;
  /** Called with the points of each event of a subscription. */
  readonly onPaid?: ((points: number) => void) | undefined;
}

/** What one operation spends: its reservation, and the refund of what it did not need. */
export class Spending {
  readonly #options: SpendingOptions;
  #state: BudgetState;
  #actual: number | undefined;
  #price: number;
  #reserved: number;

  constructor(options: SpendingOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#price = options.price;
    this.#reserved = options.reserved;
  }

  get price(): number {
    return this.#price;
  }

  /** Notes a higher price, and what was taken for it in addition. */
  raise(price: number, taken: number, points: BudgetState['points']): void {
    this.#price = price;
    this.#reserved += taken;
    this.#state = { ...this.#state, points };
    // The operation has ended for its client, who has cancelled it, and goes on: it costs what was taken.
    if (this.#actual !== undefined && taken > 0) this.#options.onPaid?.(taken);
  }

  /** Points that the operation has cost; 0 before it is settled. Those of events are not among them. */
  get spent(): number {
    return this.#actual ?? 0;
  }

  /**
   * Refunds what the operation did not need. An operation never costs more than its price. Has no effect the second time.
   * @param actual what the response cost; undefined if unknown, which counts as the price
   */
  settle(actual: number | undefined): void {
    if (this.#actual !== undefined) return;
    const { store, key } = this.#options;
    const reserved = this.#reserved;
    this.#actual = Math.min(actual ?? reserved, reserved);
    const refund = reserved - this.#actual;
    if (refund === 0) return;
    const { points } = this.#state;
    const available = Math.min(points.size.burst, points.available + refund);
    this.#state = { ...this.#state, points: { ...points, available } };
    // The response does not wait for the refund. A store that can't reach Redis keeps it for later and does not reject.
    void store.refund(key, points.size, refund);
  }

  /** Ends the operation. One that has not been settled costs its price. */
  end(): void {
    this.settle(undefined);
    this.#options.release();
  }

  /** Pays for an event of a subscription. @returns 0, or the milliseconds until the bucket has enough points */
  async pay(points: number): Promise<number> {
    const { payments, key, isMeasured: always, onPaid } = this.#options;
    const { size } = this.#state.points;
    const cost = Math.min(points, this.#price);
    const { available, waitMs } = await payments.take({ key, size, points: cost, always });
    this.#state = { ...this.#state, points: { size, available, waitMs } };
    if (waitMs === 0) onPaid?.(cost);
    return waitMs;
  }

  /** `extensions.cost` of the response. @param actual of one event; by default of the operation */
  report(actual: number | undefined = this.#actual): CostReport {
    return {
      requestedQueryCost: this.price,
      actualQueryCost: actual ?? null,
      throttleStatus: throttleStatus(this.#state.points),
    };
  }

  /** What the caller may spend, with the price of this operation taken. */
  rateLimit(): RateLimit {
    return rateLimitOf(this.#state.points, this.price);
  }

  headers(): Readonly<Record<string, string>> {
    return rateLimitHeaders(this.#state);
  }
}
