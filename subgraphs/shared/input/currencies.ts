import currencyCodes from 'currency-codes';
import { z } from 'zod';

/** Changes of ISO 4217 since the edition of the package, of 2024-06-25: new currencies with their decimals. */
const added: Readonly<Record<string, number>> = { XCG: 2 };

/**
 * Codes of ISO 4217 that are no money in use in 2026: currencies that were withdrawn, units of account, and fund codes.
 * The package marks bonds, metals and test codes itself.
 */
const notInUse = new Set([
  'ANG',
  'BGN',
  'CUC',
  'XDR',
  'XSU',
  'XUA',
  'BOV',
  'CHE',
  'CHW',
  'CLF',
  'COU',
  'MXV',
  'USN',
  'UYI',
  'UYW',
]);

const listed = currencyCodes
  .codes()
  .map((code) => currencyCodes.code(code))
  .filter((currency) => currency !== undefined);

/** Decimals also of codes that are no longer accepted: amounts of earlier releases have them. */
const decimals = new Map([
  ...listed.map(({ code, digits }): [string, number] => [code, digits]),
  ...Object.entries(added),
]);

const currencies = new Set([
  ...Object.keys(added),
  ...listed
    .filter(({ code, countries }) => !notInUse.has(code) && !countries.some((country) => /^zz\d/i.test(country)))
    .map(({ code }) => code),
]);

/** True for a currency of ISO 4217, in capital letters. */
export function isCurrency(code: string): boolean {
  return currencies.has(code);
}

/** Finds the ISO 4217 code in a text as people type or paste it: in any case, with blanks around it. */
export function findCurrency(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return isCurrency(code) ? code : undefined;
}

/** A currency by its ISO 4217 code. */
export const currency = z.string().transform((text, context) => {
  const code = findCurrency(text);
  if (code !== undefined) return code;
  context.addIssue('Must be an ISO 4217 currency such as USD.');
  return z.NEVER;
});

/** Decimals of a currency: 2 for USD, 0 for JPY, 3 for KWD. 2 for a code that is unknown. */
export function decimalsOf(currency: string): number {
  return decimals.get(currency) ?? 2;
}
