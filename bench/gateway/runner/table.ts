import { contenders } from './contenders.ts';
import type { Measurement } from './measure.ts';
import type { Workload } from './workloads.ts';

type Figure = Exclude<keyof Measurement, 'gateway' | 'workload'>;

const columns: readonly (readonly [title: string, figure: Figure, digits: number])[] = [
  ['requests/s', 'requestsPerSecond', 0],
  ['p50 ms', 'p50', 1],
  ['p95 ms', 'p95', 1],
  ['p99 ms', 'p99', 1],
  ['CPU ms/request', 'cpuMsPerRequest', 3],
  ['core used', 'coreUse', 2],
  ['peak MB', 'peakMemoryMb', 0],
  ['subgraph requests/operation', 'subgraphRequestsAlone', 0],
  ['… under load', 'subgraphRequestsUnderLoad', 2],
];

/** A Markdown table of medians over the rounds, with ratios of the first gateway to every other. */
export function renderTable(workload: Workload, measurements: readonly Measurement[]): string {
  const rows = contenders
    .map(({ name, title }) => ({
      title,
      runs: measurements.filter((m) => m.gateway === name && m.workload === workload.name),
    }))
    .filter(({ runs }) => runs.length > 0);
  const first = rows[0];
  if (!first) return '';
  const ratio = (runs: readonly Measurement[], figure: Figure): number =>
    median(first.runs, figure) / median(runs, figure);
  const header = [workload.title, ...columns.map(([title]) => title), `${first.title}: × requests/s`, '÷ CPU'];
  const body = rows.map(({ title, runs }) => [
    title,
    ...columns.map(([, figure, digits]) => median(runs, figure).toFixed(digits)),
    ratio(runs, 'requestsPerSecond').toFixed(2),
    (1 / ratio(runs, 'cpuMsPerRequest')).toFixed(2),
  ]);
  const lines = [header, ['---', ...header.slice(1).map(() => '--:')], ...body];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function median(runs: readonly Measurement[], figure: Figure): number {
  const sorted = runs.map((run) => run[figure]).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
