import type { Row } from './measure.ts';

const headings = ['operation', 'requests/s', 'p50', 'p95', 'SQL', 'fetches', 'failed'];

/** The measurements as a Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map(({ operation, requestsPerSecond, p50Ms, p95Ms, statements, fetches, failed, requests }) => [
    operation.title,
    requestsPerSecond.toFixed(0),
    `${p50Ms.toFixed(0)} ms`,
    `${p95Ms.toFixed(0)} ms`,
    String(statements),
    String(fetches),
    `${failed} of ${requests}`,
  ]);
  return [headings, headings.map((_, index) => (index === 0 ? '---' : '--:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
