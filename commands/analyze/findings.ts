import type { DatabaseFigures, StatementFigures } from './database.ts';
import type { MetricFigures } from './metrics.ts';
import type { StatementUse } from './traces.ts';

export type FindingKind =
  | 'slow statement'
  | 'N+1'
  | 'unused index'
  | 'missing index'
  | 'cache'
  | 'rate limit'
  | 'bottleneck'
  | 'not measured';

export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
  readonly advice: string;
}

export interface Figures {
  readonly database?: DatabaseFigures | undefined;
  readonly metrics?: MetricFigures | undefined;
  /** By the text of the statement. */
  readonly uses?: ReadonlyMap<string, StatementUse> | undefined;
}

/** Mean duration above which a statement is slow. */
const slowMs = 50;
/** Times that one run of an operation may send a statement. */
const repeats = 5;
/** An index below this size costs nothing worth a migration. */
const largeMegabytes = 1;
const leastCalls = 10;
const leastCacheShare = 0.9;
const leastMemoryShare = 0.99;
const muchRefused = 0.05;
const nearLimit = 0.8;

/** What should be looked at, the costliest first within each kind. */
export function findFaults(figures: Figures): readonly Finding[] {
  const { database, metrics, uses } = figures;
  return [
    ...(database ? databaseFindings(database, uses) : []),
    ...(uses ? repeatFindings(uses) : []),
    ...(metrics ? metricFindings(metrics) : []),
  ];
}

/** The operations that sent a statement, most frequent first; its role where no trace has it. */
export function senders({ text, role }: Pick<StatementFigures, 'text' | 'role'>, uses: Figures['uses']): string {
  const counts = Object.entries(uses?.get(text)?.operations ?? {}).toSorted(([, one], [, other]) => other - one);
  return counts.length > 0
    ? counts
        .map(([name]) => name)
        .slice(0, 3)
        .join(', ')
    : role;
}

function databaseFindings(database: DatabaseFigures, uses: Figures['uses']): readonly Finding[] {
  const { statements, unusedIndexes, scannedTables, bareForeignKeys, memoryHitRatio } = database;
  const slow = (statements ?? []).filter(({ meanMs, calls }) => meanMs >= slowMs && calls >= leastCalls);
  return [
    ...(statements
      ? []
      : [
          finding(
            'not measured',
            'statements: pg_stat_statements is not loaded',
            'shared_preload_libraries = pg_stat_statements, then create extension pg_stat_statements',
          ),
        ]),
    ...slow.map((one) =>
      finding(
        'slow statement',
        `${senders(one, uses)}: ${ms(one.meanMs)} × ${one.calls}: ${cut(one.text)}`,
        'explain (analyze, buffers) with its role',
      ),
    ),
    ...unusedIndexes
      .filter(({ megabytes }) => megabytes >= largeMegabytes)
      .map(({ table, index, megabytes }) =>
        finding(
          'unused index',
          `${index} of ${table}, ${megabytes.toFixed(1)} MB`,
          'Drop it in a migration, if the standby does not use it either.',
        ),
      ),
    ...scannedTables.map(({ table, scans, rowsPerScan }) =>
      finding(
        'missing index',
        `${table}: read from begin to end ${scans} times, ${Math.round(rowsPerScan)} rows each`,
        'Find the statement above, and give its condition an index.',
      ),
    ),
    ...bareForeignKeys.map(({ table, constraint }) =>
      finding(
        'missing index',
        `${constraint} of ${table} has no index`,
        'Add one if rows of the other table are ever deleted.',
      ),
    ),
    ...(memoryHitRatio < leastMemoryShare
      ? [
          finding(
            'cache',
            `${percent(memoryHitRatio)} of the database's pages came from memory`,
            'More shared_buffers, or a larger instance.',
          ),
        ]
      : []),
  ];
}

function repeatFindings(uses: ReadonlyMap<string, StatementUse>): readonly Finding[] {
  return [...uses.values()]
    .filter(({ most }) => most.times >= repeats)
    .toSorted((one, other) => other.most.times - one.most.times)
    .map(({ text, most }) =>
      finding(
        'N+1',
        `${most.operation} sent it ${most.times} times in one run: ${cut(text)}`,
        'Read all rows in one statement with a loader.',
      ),
    );
}

function metricFindings({ caches, clients, saturation }: MetricFigures): readonly Finding[] {
  const poor = Object.entries(caches).filter(
    ([name, share]) => name !== 'requests to subgraphs shared' && share < leastCacheShare,
  );
  return [
    ...poor.map(([name, share]) =>
      finding(
        'cache',
        `${name}: ${percent(share)}`,
        'Clients should send trusted documents, with values in variables.',
      ),
    ),
    ...clients
      .filter(({ refusedShare }) => refusedShare >= muchRefused)
      .map(({ client, refusedShare, recommendedPoints, recommendedTier }) =>
        finding(
          'rate limit',
          `${client}: ${percent(refusedShare)} of its requests are refused`,
          recommendedTier
            ? `It needs ${recommendedPoints} points per second at its peak: ${recommendedTier}.`
            : `It needs ${recommendedPoints} points per second at its peak, more than any tier has: spread its requests.`,
        ),
      ),
    ...Object.entries(saturation)
      .filter(([, share]) => share >= nearLimit)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, share]) =>
        finding(
          'bottleneck',
          `${name}: ${share.toFixed(2)} of its limit`,
          'docs/operations/optimization.md, section 3.',
        ),
      ),
  ];
}

const finding = (kind: FindingKind, what: string, advice: string): Finding => ({ kind, what, advice });
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const cut = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
