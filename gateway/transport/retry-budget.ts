import type { RetryOptions } from './config.ts';

/**
 * Limits retries to a share of the load: each request adds a fraction of a retry. Without the budget, a subgraph that fails under load would get
 * twice the load.
 */
export class RetryBudget {
  readonly #perRequest: number;
  readonly #limit: number;
  #tokens: number;

  constructor({ budgetPerRequest, budgetLimit }: RetryOptions) {
    this.#perRequest = budgetPerRequest;
    this.#limit = budgetLimit;
    this.#tokens = budgetLimit;
  }

  earn(): void {
    if (this.#tokens < this.#limit) this.#tokens = Math.min(this.#limit, this.#tokens + this.#perRequest);
  }

  /** Takes one retry. Returns false if none is left. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
