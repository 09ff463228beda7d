import { Decimal } from 'decimal.js';

/** Money in the graph. Subgraphs use whole cents, because sums of integers are exact. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export function moneyOf(cents: number, currency: string): Money {
  return { amount: new Decimal(cents).div(100).toFixed(2), currency };
}

/** Converts an amount to whole cents; undefined if it has more than two decimals or exceeds the safe integers. */
export function parseCents(amount: string): number | undefined {
  const cents = new Decimal(amount).mul(100);
  return cents.isInteger() && cents.abs().lte(Number.MAX_SAFE_INTEGER) ? cents.toNumber() : undefined;
}
