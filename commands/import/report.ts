import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { ImportArguments } from './arguments.ts';
import { toCsv } from './csv-text.ts';
import { shown } from './refusal.ts';
import type { ImportTotals, KeptCell } from './totals.ts';

const most = 20;
const columns = ['line', 'sourceReference', 'code', 'message', 'field', 'value'] as const;

export type SummaryOptions = Pick<ImportArguments, 'kind' | 'dryRun' | 'report'>;

/** The exit code: 2 where rows were refused, 3 where only cells were not understood, otherwise 0. */
export function exitCodeOf({ refused, kept }: ImportTotals): number {
  if (refused.length > 0) return 2;
  return kept.length > 0 ? 3 : 0;
}

/** What the operator reads at the end: totals, and the first refused rows and kept texts with their reasons. */
export function summaryOf(totals: ImportTotals, options: SummaryOptions): string {
  const { refused, kept } = totals;
  const headline = headlineOf(totals, options);
  if (refused.length === 0 && kept.length === 0) return headline;
  return [
    headline,
    ...listOf(refused.map(({ line, code, message }) => `line ${line}: ${code}: ${message}`)),
    ...(kept.length === 0
      ? []
      : [`Cells that are not numbers and are kept as text: ${kept.length} (${countsOf(kept)}).`]),
    ...listOf(kept.map(({ line, field, value }) => `line ${line}: ${field}: ${shown(value)}`)),
    `All of them: ${options.report}`,
  ].join('\n');
}

function headlineOf({ rows, imported, alreadyImported, refused }: ImportTotals, options: SummaryOptions): string {
  const counts = `${rows} rows:`;
  if (options.dryRun) {
    return `${counts} ${imported} can be imported, ${alreadyImported} repeat another row, ${refused.length} refused. Nothing was sent.`;
  }
  // The graph does not tell whether another call with the key of a row came before.
  if (options.kind !== 'shipments') return `${counts} ${imported} are in the graph, ${refused.length} refused.`;
  return `${counts} ${imported} imported, ${alreadyImported} imported before, ${refused.length} refused.`;
}

/** Writes every refused row and kept text with its line, its reason and its value as CSV. */
export function writeReport(path: string, { refused, kept }: ImportTotals): void {
  const message =
    'The text is not a number and was kept as a note. Correct it, or add it to "notes" of the field in the mapping.';
  const keptRows = kept.map((cell) => ({ ...cell, code: 'KEPT_AS_TEXT', message: `${cell.field}: ${message}` }));
  const rows = [...refused, ...keptRows].map((row) => columns.map((column) => String(row[column])));
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, toCsv([columns, ...rows]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`--report: ${path} cannot be written (${reason}). Name another file.`);
  }
}

function listOf(lines: readonly string[]): string[] {
  const more = lines.length > most ? [`  … and ${lines.length - most} more`] : [];
  return [...lines.slice(0, most).map((line) => `  ${line}`), ...more];
}

/** How many there are by field: "freightCost 2, item.weightKg 1". */
function countsOf(kept: readonly KeptCell[]): string {
  const byField = Map.groupBy(kept, ({ field }) => field);
  return [...byField].map(([field, cells]) => `${field} ${cells.length}`).join(', ');
}
