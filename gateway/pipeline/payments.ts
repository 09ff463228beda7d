import type { Tier } from '#shared/vocabulary.ts';
import type { Budgets, PricedOperation } from '../access/budget/budgets.ts';
import type { Spending } from '../access/budget/spending.ts';
import { budgetSubject } from '../access/budget/tiers.ts';
import type { Usage } from '../access/budget/usage.ts';
import type { KeyedRequest } from './once/calls-once.ts';
import { replayCost } from './once/known-response.ts';
import { rootFields } from './repeatable.ts';
import type { Priced } from './stages.ts';

export interface PaymentOptions {
  /** Undefined if operations cost nothing. */
  readonly budgets: Budgets | undefined;
  /** Adds up what callers spend. Undefined if operations cost nothing, and in front of a graph without our access subgraph. */
  readonly usage?: Usage | undefined;
  /** Called with the points of each event of a subscription. */
  readonly onPaid?: (points: number, tier: Tier) => void;
}

/** Reserves the prices of operations in the budgets of their callers. */
export class Payments {
  readonly #options: PaymentOptions;

  constructor(options: PaymentOptions) {
    this.#options = options;
  }

  /**
   * Reserves the price of an operation. One that is not a replay pays its price when it runs.
   * @returns undefined if operations cost nothing
   * @throws RequestRefusal
   */
  async reserve(priced: Priced, keyed?: KeyedRequest): Promise<Spending | undefined> {
    const operation = this.#operationOf(priced);
    const price = keyed ? Math.min(operation.price, replayCost) : operation.price;
    return this.#options.budgets?.reserve({ ...operation, price, onlyWaits: keyed?.earlier !== undefined });
  }

  /** Reserves the whole price of an operation that turned out to be no replay. @throws RequestRefusal */
  async raise(spending: Spending | undefined, priced: Priced): Promise<void> {
    if (spending) await this.#options.budgets?.raise(spending, this.#operationOf(priced));
  }

  #operationOf({ caller: { identity }, address, price, form, operation, document, trusted }: Priced): PricedOperation {
    const { usage, onPaid } = this.#options;
    return {
      ...{ identity, address, price },
      isSubscription: form === 'events',
      rootFields: () => rootFields(operation.selectionSet, document).map(({ name }) => name.value),
      onPaid(points) {
        usage?.count(identity, trusted?.id ?? null, { points });
        onPaid?.(points, budgetSubject(identity, address).tier);
      },
    };
  }
}
