import { createHash } from 'node:crypto';
import { changedRow, type ImportKind, type ImportRow, type RowFields, refusalOf } from './kinds/kind.ts';
import type { Mapping } from './mapping.ts';
import { readFile } from './read-file.ts';
import { type ImportTotals, Tally } from './totals.ts';

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
  const tally = new Tally();
  const examples: ImportRow[] = [];
  const fingerprints = new Map<string, string>();
  for await (const result of rows) {
    const sendable = tally.read(result);
    if (!sendable) continue;
    const { row } = sendable;
    const before = fingerprints.get(row.sourceReference);
    const fingerprint = fingerprintOf(row);
    const refusal =
      refusalOf(shape, kind.inputOf(row), row) ??
      (before === undefined || before === fingerprint ? undefined : changedRow(row));
    const isRepeated = !refusal && before !== undefined;
    const isNew = !refusal && before === undefined;
    tally.sent([sendable], {
      imported: Number(isNew),
      alreadyImported: Number(isRepeated),
      refused: refusal ? [refusal] : [],
    });
    if (!isNew) continue;
    fingerprints.set(row.sourceReference, fingerprint);
    if (examples.length < maxExamples) examples.push(row);
  }
  return {
    totals: tally.totals,
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
