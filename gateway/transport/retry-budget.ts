import type { RetryOptions } from './config.ts';

/**
 * Requests earn fractions of a retry, so that retries stay a share of the load. Without it, a subgraph that fails under load
 * would get twice the load.
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

  /** Takes one retry, where there is one. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
