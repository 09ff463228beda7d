import { createHash } from 'node:crypto';
import { changedRow, type ImportKind, type ImportRow, type RowFields, refusalOf } from './kinds/kind.ts';
import type { Mapping } from './mapping.ts';
import { readFile } from './read-file.ts';
import type { RefusedRow } from './refusal.ts';
import type { ImportTotals, KeptCell } from './totals.ts';

/** What an import would send, without the graph: faults that only its database knows are not found. */
export interface DryRun {
  readonly totals: ImportTotals;
  /** The first rows that would be sent. */
  readonly examples: readonly { readonly line: number; readonly input: unknown }[];
  readonly unusedColumns: readonly string[];
}

const maxExamples = 3;

/** Maps all rows of a file and sends none. @throws ConfigurationError */
export async function dryRun<F extends RowFields>(
  file: string,
  kind: ImportKind<F>,
  mapping: Mapping<F>,
  now: Date,
): Promise<DryRun> {
  const { rows, unusedColumns } = await readFile(file, kind, mapping, () => undefined);
  const shape = kind.shapeOf(now);
  const refused: RefusedRow[] = [];
  const kept: KeptCell[] = [];
  const examples: ImportRow[] = [];
  const fingerprints = new Map<string, string>();
  let [read, repeated] = [0, 0];
  for await (const result of rows) {
    read += 1;
    if ('refusal' in result) {
      refused.push(result.refusal);
      continue;
    }
    const { line, row, keptTexts } = result;
    const before = fingerprints.get(row.sourceReference);
    const fingerprint = fingerprintOf(row);
    const refusal =
      refusalOf(shape, kind.inputOf(row), row) ??
      (before === undefined || before === fingerprint ? undefined : changedRow(row));
    if (refusal) {
      refused.push(refusal);
      continue;
    }
    fingerprints.set(row.sourceReference, fingerprint);
    if (before !== undefined) {
      repeated += 1;
      continue;
    }
    kept.push(...keptTexts.map((text) => ({ line, sourceReference: row.sourceReference, ...text })));
    if (examples.length < maxExamples) examples.push(row);
  }
  return {
    totals: { rows: read, imported: read - repeated - refused.length, alreadyImported: repeated, refused, kept },
    examples: examples.map((row) => ({ line: row.line, input: kind.inputOf(row) })),
    unusedColumns,
  };
}

/** What makes two rows of a key the same; a line is none of it. */
function fingerprintOf({ line: _place, ...content }: ImportRow): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}

/** The examples and unused columns as the operator reads them: one line for each field that has a value. */
export function describeDryRun({ examples, unusedColumns }: DryRun): string {
  const rows = examples.flatMap(({ line, input }) => [`Line ${line} becomes:`, ...linesOf(input, '')]);
  const unused = unusedColumns.length === 0 ? [] : [`Columns that no field uses: ${unusedColumns.join(', ')}.`];
  return [...rows, ...unused].join('\n');
}

/** The original cells and the line are no result of the mapping. */
const unmapped = new Set(['values', 'line']);

function linesOf(value: unknown, path: string): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || value instanceof Date) {
    return [`  ${path}: ${value instanceof Date ? value.toISOString() : JSON.stringify(value)}`];
  }
  return Object.entries(value)
    .filter(([name]) => path !== '' || !unmapped.has(name))
    .flatMap(([name, part]) => linesOf(part, path === '' ? name : `${path}.${name}`));
}
