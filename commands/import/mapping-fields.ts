import { z } from 'zod';
import { isCurrency } from '#shared/input/currencies.ts';
import { isUnit, type Units, unitsOfVolume, unitsOfWeight } from './units.ts';

/** Where the text of a field comes from: a column, the first filled of several, a template, or a constant. */
const source = {
  column: z.string().optional(),
  columns: z.array(z.string()).min(1).optional(),
  template: z.string().optional(),
  constant: z.string().optional(),
  /** Translations of texts in the file; null means "unknown". */
  values: z.record(z.string(), z.string().nullable()).optional(),
};

/** Requires exactly one source. */
function isFromOneSource(field: {
  column?: unknown;
  columns?: unknown;
  template?: unknown;
  constant?: unknown;
}): boolean {
  const { column, columns, template, constant } = field;
  return [column, columns, template, constant].filter((given) => given !== undefined).length === 1;
}
const oneSource = 'Must have exactly one of column, columns, template and constant.';

export const textField = z.strictObject(source).refine(isFromOneSource, oneSource);
export type TextField = z.infer<typeof textField>;

const number = {
  ...source,
  /** Texts that may stand in place of a number and are kept as a note; `*` stands for any letters. */
  notes: z.array(z.string().min(1)).optional(),
};
export const numberField = z.strictObject(source).refine(isFromOneSource, oneSource);
export type NumberField = z.infer<typeof numberField>;

/** Several values in one cell, or in several. */
export const listField = z
  .strictObject({ ...source, separator: z.string().min(1).default(';') })
  .refine(isFromOneSource, oneSource);
export type ListField = z.infer<typeof listField>;

/** A constant, or the column that has it in each row. */
function eachOr<S extends z.ZodType>(constant: S) {
  return z.union([constant, textField]);
}

function unitOf(units: Units, example: string) {
  const known = z.string().refine((unit) => isUnit(unit, units), `Must be a unit such as ${example}.`);
  return eachOr(known).default(example);
}
export const weightField = z
  .strictObject({ ...number, unit: unitOf(unitsOfWeight, 'kg') })
  .refine(isFromOneSource, oneSource);
export const volumeField = z
  .strictObject({ ...source, unit: unitOf(unitsOfVolume, 'm3') })
  .refine(isFromOneSource, oneSource);
export type MeasureField = z.infer<typeof weightField> | z.infer<typeof volumeField>;

const currency = z.string().refine(isCurrency, 'Must be an ISO 4217 code such as USD.');
export const moneyField = z.strictObject({ ...number, currency: eachOr(currency) }).refine(isFromOneSource, oneSource);
export type MoneyField = z.infer<typeof moneyField>;

export const dateField = z
  .strictObject({
    ...source,
    /** Made of dd, d, MM, M, MMM, yyyy, yy, HH, mm, ss; or "iso" or "excel". The first format that matches is used. */
    formats: z.array(z.string()).min(1),
    /** Which of several columns counts: the first with a date, or the one with the earliest date. */
    pick: z.enum(['first', 'earliest']).default('first'),
    /** Whether a day means its start or its end. */
    day: z.enum(['start', 'end']).default('start'),
  })
  .refine(isFromOneSource, oneSource);
export type DateField = z.infer<typeof dateField>;

export const placeField = z.strictObject({
  country: textField,
  region: textField.optional(),
  city: textField.optional(),
  contactName: textField.optional(),
});
export type PlaceField = z.infer<typeof placeField>;
