import type { Change } from './baseline.ts';
import { type Figures, type Finding, senders } from './findings.ts';
import type { MetricFigures } from './metrics.ts';

export interface Analysis {
  readonly date: string;
  readonly hours: number;
  readonly findings: readonly Finding[];
  readonly costs: Costs;
  /** Undefined for the first analysis. */
  readonly since: { readonly date: string; readonly changes: readonly Change[]; readonly waiting: number } | undefined;
}

export interface Costs {
  /** Of one request with everything included, at the load of the cost model. */
  readonly usdPerRequest: number;
  /** Points of one request, by operation, from traces. */
  readonly pointsByOperation: Readonly<Record<string, number>>;
}

const slowest = 10;

/** The report in Markdown. */
export function renderAnalysis(analysis: Analysis, figures: Figures): string {
  const { date, hours, findings, since, costs } = analysis;
  const { database, metrics, uses } = figures;
  const statements = (database?.statements ?? []).slice(0, slowest);
  return [
    `# Analysis of ${date}`,
    '',
    `The last ${hours} hours of metrics and traces; statements and indexes since ${database?.countedSince ?? 'the database was created'}.`,
    '',
    '## Findings',
    ...(findings.length > 0
      ? findings.map(({ kind, what, advice }) => `- **${kind}**: ${what} → ${advice}`)
      : ['None.']),
    '',
    '## Since the last analysis',
    ...(since ? changeLines(since) : ['This is the first one.']),
    '',
    ...table(
      'Statements that take the most time',
      ['ms each', 'calls', 'rows each', 'sent by', 'statement'],
      statements.map((one) => [
        number(one.meanMs),
        number(one.calls),
        number(one.rowsPerCall),
        senders(one, uses),
        `\`${one.text.slice(0, 120)}\``,
      ]),
    ),
    ...table(
      'Caches',
      ['what', 'share'],
      Object.entries(metrics?.caches ?? {}).map(([name, share]) => [name, `${number(share * 100)} %`]),
    ),
    ...table(
      'Clients and their limits',
      ['client', 'requests', 'refused', 'peak per second', 'points each', 'points per second it needs', 'tier'],
      (metrics?.clients ?? []).map((one) => [
        one.client,
        number(one.requests),
        `${number(one.refusedShare * 100)} %`,
        number(one.peakPerSecond),
        `${number(one.pointsPerRequest)}${one.arePointsItsOwn ? '' : ', mean of all clients'}`,
        number(one.recommendedPoints),
        one.recommendedTier ?? 'none is enough',
      ]),
    ),
    ...table(
      'Budgets exceeded',
      ['reason and tier', 'operations'],
      Object.entries(metrics?.exceeded ?? {}).map(([name, count]) => [name, number(count)]),
    ),
    '## Cost of a request',
    `${costs.usdPerRequest.toPrecision(2)} USD by the model (docs/costs.md).${metrics ? ` ${measuredCost(metrics)}` : ''}`,
    '',
    ...table(
      'Points by operation',
      ['operation', 'points each'],
      Object.entries(costs.pointsByOperation).map(([name, points]) => [name, number(points)]),
    ),
    ...table(
      'How near parts are to their limits',
      ['part', 'share of its limit'],
      Object.entries(metrics?.saturation ?? {}).map(([name, share]) => [name, number(share)]),
    ),
  ].join('\n');
}

/** With few requests, the CPU time of processes that wait would count as that of the requests. */
const fewRequests = 100;

function measuredCost({ requests, cpuMsPerRequest, pointsPerRequest }: MetricFigures): string {
  if (requests < fewRequests)
    return `CPU time and points are not known: there were ${number(requests)} requests, and ${fewRequests} are needed.`;
  return `CPU time ${number(cpuMsPerRequest)} ms, ${number(pointsPerRequest)} points.`;
}

function changeLines({ date, changes, waiting }: NonNullable<Analysis['since']>): readonly string[] {
  const lines = changes.map(
    ({ name, since, before, after, percent }) =>
      `- ${percent > 0 ? 'worse' : 'better'} by ${number(Math.abs(percent))} %: ${name}, ${exact(before)} → ${exact(after)} (since ${since})`,
  );
  return [
    ...(lines.length > 0 ? lines : [`Nothing has changed by 25 % or more since ${date}.`]),
    ...(waiting > 0
      ? [`Too little new work for a verdict (fewer than 100 calls, 1 s of work, or an hour): ${waiting} figures.`]
      : []),
  ];
}

/** A section with a table; nothing without rows. */
function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`## ${title}`, line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const exact = (value: number): string =>
  value.toLocaleString('en-US', value < 10 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 1 });
