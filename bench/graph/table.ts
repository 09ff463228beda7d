import type { Row } from './measure.ts';

const columns: readonly (readonly [heading: string, cell: (row: Row) => string])[] = [
  ['operation', ({ operation }) => operation.title],
  ['requests/s', ({ requestsPerSecond }) => requestsPerSecond.toFixed(0)],
  ['p50', ({ p50Ms }) => `${p50Ms.toFixed(0)} ms`],
  ['p95', ({ p95Ms }) => `${p95Ms.toFixed(0)} ms`],
  ['p99', ({ p99Ms }) => `${p99Ms.toFixed(0)} ms`],
  ['CPU Node', ({ cpuMs }) => (cpuMs ? `${cpuMs.node.toFixed(1)} ms` : '')],
  ['CPU PostgreSQL', ({ cpuMs }) => (cpuMs ? `${cpuMs.postgres.toFixed(1)} ms` : '')],
  ['bytes', ({ bytes }) => String(bytes)],
  ['SQL', ({ statements }) => String(statements)],
  ['fetches', ({ fetches }) => String(fetches)],
  ['floor/s', ({ floor }) => floor?.requestsPerSecond.toFixed(0) ?? ''],
  ['floor CPU Node', ({ floor }) => (floor ? `${floor.nodeMs.toFixed(1)} ms` : '')],
  [
    'of floor',
    ({ floor, requestsPerSecond }) => (floor ? (requestsPerSecond / floor.requestsPerSecond).toFixed(2) : ''),
  ],
  ['failed', ({ failed, requests }) => `${failed} of ${requests}`],
];

/** The measurements as a Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const headings = columns.map(([heading]) => heading);
  return [headings, headings.map((_, index) => (index === 0 ? '---' : '--:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
