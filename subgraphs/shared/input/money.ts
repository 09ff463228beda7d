import { Decimal } from 'decimal.js';

/** Money as the graph shows it. Inside, amounts are whole cents: sums of integers are exact. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export function moneyOf(cents: number, currency: string): Money {
  return { amount: new Decimal(cents).div(100).toFixed(2), currency };
}

/** Whole cents of an amount; undefined where it has more than two decimals or exceeds what an integer holds exactly. */
export function centsOf(amount: string): number | undefined {
  const cents = new Decimal(amount).mul(100);
  return cents.isInteger() && cents.abs().lte(Number.MAX_SAFE_INTEGER) ? cents.toNumber() : undefined;
}
