import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { wordIssue } from '#shared/runtime/word-issue.ts';

const settings = {
  /** Name of the system or collection. Together with sourceReference it identifies a row. */
  source: z.string().min(1).max(80),
  /** Name of the organization that owned the freight, created when missing. `--organization` overrides it. */
  organization: z.string().min(2).max(120).optional(),
  encoding: z.enum(['utf8', 'latin1']).default('utf8'),
  /** Default: tab for .tsv and .tab, comma for the rest. */
  delimiter: z.string().length(1).optional(),
  /** Of an .xlsx file; the first by default. */
  sheet: z.string().min(1).optional(),
  /** Default: the point in files with commas between the cells. In other files a number that could be two is refused. */
  decimal: z.enum(['.', ',']).optional(),
  /** The last year that two digits mean: 49 is 2049, 50 is 1950. */
  twoDigitYearsUntil: z.int().min(1999).max(2099).default(2049),
};
const settingsOnly = z.object(settings);

/** What the columns of a file mean. Its fields are those of the records that the file is imported as. */
export type Mapping<F> = z.infer<typeof settingsOnly> & { readonly fields: F };

/** Reads a mapping file. @throws ConfigurationError with the file and its faults */
export function readMapping<F>(path: string, { fields }: { readonly fields: z.ZodType<F> }): Mapping<F> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8').normalize('NFC'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `--mapping: ${path} cannot be read as JSON (${reason}). Correct it, or name another file.`,
    );
  }
  const parsed = z.strictObject({ ...settings, fields }).safeParse(json, { error: wordIssue });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'mapping'}: ${issue.message}`);
  throw new ConfigurationError(`--mapping: ${path} is not a mapping:\n  ${faults.join('\n  ')}`);
}
