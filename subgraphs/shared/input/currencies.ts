import currencyCodes from 'currency-codes';

/** ISO 4217 without the codes that are no money of a country: metals, units of account, tests. */
const currencies = new Map(
  currencyCodes
    .codes()
    .map((code) => currencyCodes.code(code))
    .filter((currency) => currency !== undefined)
    .filter(({ countries }) => !countries.some((country) => /^zz\d/i.test(country)))
    .map(({ code, digits }) => [code, digits]),
);

/** True for a currency of ISO 4217, in capital letters. */
export function isCurrency(code: string): boolean {
  return currencies.has(code);
}

/** Decimals of a currency: 2 for USD, 0 for JPY, 3 for KWD. 2 for a code that is unknown. */
export function decimalsOf(currency: string): number {
  return currencies.get(currency) ?? 2;
}
