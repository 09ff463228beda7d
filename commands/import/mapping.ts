import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CurrencyCode } from '#shared/graphql/scalars.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** Where the text of a field comes from: a column, the first filled of several, a template, or a constant. */
const source = {
  column: z.string().optional(),
  columns: z.array(z.string()).min(1).optional(),
  template: z.string().optional(),
  constant: z.string().optional(),
  /** Translations of texts in the file; null means "unknown". */
  values: z.record(z.string(), z.string().nullable()).optional(),
};
function oneSource(field: { column?: unknown; columns?: unknown; template?: unknown; constant?: unknown }): boolean {
  const { column, columns, template, constant } = field;
  return [column, columns, template, constant].filter((given) => given !== undefined).length === 1;
}
function isCurrency(code: string): boolean {
  try {
    CurrencyCode.parseValue(code);
    return true;
  } catch {
    return false;
  }
}
const oneSourceMessage = 'one of column, columns, template, constant';

const textField = z.strictObject(source).refine(oneSource, oneSourceMessage);
const numberField = z.strictObject(source).refine(oneSource, oneSourceMessage);
const dateField = z
  .strictObject({
    ...source,
    /** Made of dd, d, MM, M, MMM, yyyy, yy, HH, mm, ss, or "iso". The first format that matches is used. */
    formats: z.array(z.string()).min(1),
    /** Which of several columns counts: the first with a date, or the one with the earliest date. */
    pick: z.enum(['first', 'earliest']).default('first'),
    /** Whether a day means its start or its end. */
    day: z.enum(['start', 'end']).default('start'),
  })
  .refine(oneSource, oneSourceMessage);
const currency = z.string().refine(isCurrency, 'an ISO 4217 code such as USD is required');
const moneyField = z.strictObject({ ...source, currency }).refine(oneSource, oneSourceMessage);
const placeField = z.strictObject({
  country: textField,
  region: textField.optional(),
  city: textField.optional(),
  contactName: textField.optional(),
});

const mapping = z.strictObject({
  /** Name of the system or collection. Together with sourceReference it identifies a row. */
  source: z.string().min(1).max(80),
  /** Name of the organization that owned the freight, created when missing. `--organization` overrides it. */
  organization: z.string().min(2).max(120).optional(),
  encoding: z.enum(['utf8', 'latin1']).default('utf8'),
  /** Default: tab for .tsv and .tab, comma for the rest. */
  delimiter: z.string().length(1).optional(),
  fields: z.strictObject({
    sourceReference: textField,
    reference: textField,
    createdAt: dateField,
    deliverBy: dateField.optional(),
    deliveredAt: dateField,
    origin: placeField.optional(),
    destination: placeField.optional(),
    equipment: textField.optional(),
    notes: textField.optional(),
    mode: textField.optional(),
    vendor: textField.optional(),
    incoTerm: textField.optional(),
    item: z.strictObject({
      description: textField,
      commodity: textField,
      quantity: numberField,
      /** Text instead of a number is stored as weightNote. */
      weightKg: numberField.optional(),
      volumeM3: numberField.optional(),
      value: moneyField.optional(),
    }),
    /** Text instead of an amount is stored as freightCostNote. */
    freightCost: moneyField.optional(),
  }),
});
export type Mapping = z.infer<typeof mapping>;
export type TextField = z.infer<typeof textField>;
export type DateField = z.infer<typeof dateField>;
export type MoneyField = z.infer<typeof moneyField>;
export type PlaceField = z.infer<typeof placeField>;

/** Reads a mapping file. @throws ConfigurationError with the file and its faults */
export function readMapping(path: string): Mapping {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`--mapping: a readable JSON file is required; ${path}: ${reason}`);
  }
  const parsed = mapping.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'mapping'}: ${issue.message}`);
  throw new ConfigurationError(`--mapping: ${path} is not a mapping:\n  ${faults.join('\n  ')}`);
}
