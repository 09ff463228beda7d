import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { ImportTotals } from './import-file.ts';

const shown = 20;
const columns = ['line', 'sourceReference', 'code', 'message', 'field', 'value'] as const;

/** What the operator reads at the end: totals, and the first refused rows with their reasons. */
export function summaryOf({ rows, imported, alreadyImported, refused }: ImportTotals, reportPath: string): string {
  const totals = `${rows} rows: ${imported} imported, ${alreadyImported} imported before, ${refused.length} refused.`;
  if (refused.length === 0) return totals;
  const lines = refused.slice(0, shown).map(({ line, code, message }) => `  line ${line}: ${code}: ${message}`);
  const more = refused.length > shown ? [`  … and ${refused.length - shown} more`] : [];
  return [totals, ...lines, ...more, `All refused rows: ${reportPath}`].join('\n');
}

/** Writes every refused row with its line, its reason and the value at fault as CSV. */
export function writeReport(path: string, { refused }: ImportTotals): void {
  const rows = refused.map((row) => columns.map((column) => String(row[column])));
  const lines = [columns, ...rows].map((cells) => cells.map(quoted).join(','));
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`--report: a writable file is required; ${path}: ${reason}`);
  }
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
