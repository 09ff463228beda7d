import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ImportTotals } from './import-file.ts';

const shown = 20;

/** What the operator reads at the end: totals, and the first refused rows with their reasons. */
export function summaryOf({ rows, imported, alreadyImported, refused }: ImportTotals, reportPath: string): string {
  const totals = `${rows} rows: ${imported} imported, ${alreadyImported} imported before, ${refused.length} refused.`;
  if (refused.length === 0) return totals;
  const lines = refused.slice(0, shown).map(({ line, code, message }) => `  line ${line}: ${code}: ${message}`);
  const more = refused.length > shown ? [`  … and ${refused.length - shown} more`] : [];
  return [totals, ...lines, ...more, `All refused rows: ${reportPath}`].join('\n');
}

/** Writes every refused row with its line and reason as CSV. */
export function writeReport(path: string, { refused }: ImportTotals): void {
  mkdirSync(dirname(path), { recursive: true });
  const rows = refused.map((row) => [String(row.line), row.sourceReference, row.code, row.message]);
  const lines = [['line', 'sourceReference', 'code', 'message'], ...rows].map((cells) => cells.map(quoted).join(','));
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
