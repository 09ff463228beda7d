import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import {
  dateField,
  moneyField,
  numberField,
  placeField,
  textField,
  volumeField,
  weightField,
} from './mapping-fields.ts';

const mapping = z.strictObject({
  /** Name of the system or collection. Together with sourceReference it identifies a row. */
  source: z.string().min(1).max(80),
  /** Name of the organization that owned the freight, created when missing. `--organization` overrides it. */
  organization: z.string().min(2).max(120).optional(),
  encoding: z.enum(['utf8', 'latin1']).default('utf8'),
  /** Default: tab for .tsv and .tab, comma for the rest. */
  delimiter: z.string().length(1).optional(),
  /** Default: the point in files with commas between the cells. In other files a number that could be two is refused. */
  decimal: z.enum(['.', ',']).optional(),
  /** The last year that two digits mean: 49 is 2049, 50 is 1950. */
  twoDigitYearsUntil: z.int().min(1999).max(2099).default(2049),
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
      weightKg: weightField.optional(),
      volumeM3: volumeField.optional(),
      value: moneyField.optional(),
    }),
    /** Text instead of an amount is stored as freightCostNote. */
    freightCost: moneyField.optional(),
  }),
});
export type Mapping = z.infer<typeof mapping>;

/** Reads a mapping file. @throws ConfigurationError with the file and its faults */
export function readMapping(path: string): Mapping {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8').normalize('NFC'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`--mapping: a readable JSON file is required; ${path}: ${reason}`);
  }
  const parsed = mapping.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'mapping'}: ${issue.message}`);
  throw new ConfigurationError(`--mapping: ${path} is not a mapping:\n  ${faults.join('\n  ')}`);
}
