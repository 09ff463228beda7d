import type { Row } from './measure.ts';

type Column = readonly [heading: string, cell: (row: Row) => string];

const first: readonly Column[] = [
  ['operation', ({ operation }) => operation.title],
  ['requests/s', ({ requestsPerSecond }) => requestsPerSecond.toFixed(0)],
  ['p50', ({ p50Ms }) => `${p50Ms.toFixed(0)} ms`],
  ['p95', ({ p95Ms }) => `${p95Ms.toFixed(0)} ms`],
  ['p99', ({ p99Ms }) => `${p99Ms.toFixed(0)} ms`],
];

const last: readonly Column[] = [
  ['bytes', ({ bytes }) => String(bytes)],
  ['SQL', ({ statements }) => statements.toFixed(1)],
  ['fetches', ({ fetches }) => fetches.toFixed(1)],
  ['floor/s', ({ floor }) => floor?.requestsPerSecond.toFixed(0) ?? ''],
  ['floor CPU Node', ({ floor }) => (floor ? `${floor.nodeMs.toFixed(1)} ms` : '')],
  [
    'of floor',
    ({ floor, requestsPerSecond }) => (floor ? (requestsPerSecond / floor.requestsPerSecond).toFixed(2) : ''),
  ],
  ['failed', ({ failed, requests }) => `${failed} of ${requests}`],
];

/** A column for each part of the product that was measured. */
function cpuColumns([row]: readonly Row[]): Column[] {
  return Object.keys(row?.cpuMs ?? {}).map((part) => [`CPU ${part}`, ({ cpuMs }) => `${cpuMs[part]?.toFixed(1)} ms`]);
}

/** The measurements as a Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const columns = [...first, ...cpuColumns(rows), ...last];
  const lines = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const headings = columns.map(([heading]) => heading);
  return [headings, headings.map((_, index) => (index === 0 ? '---' : '--:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
