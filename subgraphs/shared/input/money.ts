import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { currency, decimalsOf } from './currencies.ts';

/** Money in the graph. Subgraphs use whole minor units (cents of USD, yen of JPY), because sums of integers are exact. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** Shows an amount with the decimals of its currency. */
export function moneyOf(minorUnits: number, currency: string): Money {
  const decimals = decimalsOf(currency);
  return { amount: new Decimal(minorUnits).div(10 ** decimals).toFixed(decimals), currency };
}

/** Converts an amount to whole minor units; undefined if it has more decimals than its currency or exceeds the safe integers. */
export function toMinorUnits(amount: string, currency: string): number | undefined {
  const units = new Decimal(amount).mul(10 ** decimalsOf(currency));
  return units.isInteger() && units.abs().lte(Number.MAX_SAFE_INTEGER) ? units.toNumber() : undefined;
}

/** Parses an amount from 0 to `most` in a currency of ISO 4217, in any case, to whole minor units. */
export function moneyUpTo(most: number) {
  return z.object({ amount: z.string(), currency }).transform(({ amount, currency }, context) => {
    const cents = toMinorUnits(amount, currency);
    if (cents === undefined || cents < 0 || cents > most * 10 ** decimalsOf(currency)) {
      const decimals = decimalsOf(currency);
      const form = decimals === 0 ? 'without decimals' : `with at most ${decimals} decimals`;
      context.addIssue(`Must be from 0 to ${most} ${form} in ${currency}; got ${amount}.`);
      return z.NEVER;
    }
    return { cents, currency };
  });
}
