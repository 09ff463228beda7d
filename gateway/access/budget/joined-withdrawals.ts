import type { BudgetStore, Withdrawal, Withdrawn } from './budget-store.ts';

interface Waiting {
  readonly withdrawal: Withdrawal;
  readonly settle: (withdrawn: Withdrawn | Promise<Withdrawn>) => void;
}

/**
 * Joins the withdrawals of one turn of the event loop from the same bucket: an event of which many subscriptions of one caller have a copy is one
 * command to Redis. If the bucket has too little for all of them, each is asked for by itself, in its order.
 */
export class JoinedWithdrawals implements Pick<BudgetStore, 'take'> {
  readonly #store: Pick<BudgetStore, 'take'>;
  #waiting = new Map<string, Waiting[]>();

  constructor(store: Pick<BudgetStore, 'take'>) {
    this.#store = store;
  }

  take(withdrawal: Withdrawal): Promise<Withdrawn> {
    return new Promise((settle) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#flush());
      const { key, always = false } = withdrawal;
      const bucket = `${always} ${key}`;
      const waiting = this.#waiting.get(bucket);
      if (waiting) waiting.push({ withdrawal, settle });
      else this.#waiting.set(bucket, [{ withdrawal, settle }]);
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const joined of waiting.values()) {
      const all = this.#takeTogether(joined.map(({ withdrawal }) => withdrawal));
      joined.forEach(({ settle }, index) => {
        settle(all.then((withdrawn) => withdrawn[index]!));
      });
    }
  }

  /** The outcomes of withdrawals from one bucket, in their order. */
  async #takeTogether(withdrawals: readonly Withdrawal[]): Promise<readonly Withdrawn[]> {
    const [first] = withdrawals;
    if (!first) return [];
    if (withdrawals.length > 1) {
      const points = withdrawals.reduce((sum, withdrawal) => sum + withdrawal.points, 0);
      const together = await this.#store.take({ ...first, points });
      if (together.granted) return withdrawals.map(() => together);
    }
    return Promise.all(withdrawals.map((withdrawal) => this.#store.take(withdrawal)));
  }
}
