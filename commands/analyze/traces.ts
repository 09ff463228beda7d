import { z } from 'zod';
import { parseGiven } from '#shared/runtime/config.ts';
import { readGivenJson } from '#shared/runtime/given-files.ts';
import { readGivenServer } from '#shared/runtime/given-url.ts';
import { normalText } from './normal-text.ts';

const tag = z.object({ key: z.string(), value: z.unknown() });
const span = z.object({
  traceID: z.string(),
  spanID: z.string(),
  operationName: z.string(),
  references: z.array(z.object({ refType: z.string(), spanID: z.string() })).default([]),
  duration: z.number(),
  tags: z.array(tag).default([]),
});
const traces = z.object({ data: z.array(z.object({ traceID: z.string(), spans: z.array(span) })) });
export type Trace = z.infer<typeof traces>['data'][number];
type Span = z.infer<typeof span>;

const timeoutMs = 30_000;

/**
 * Traces in the form of Jaeger: a file that it exported, or its address.
 * @param hours how far to look back
 * @throws ConfigurationError for anything else
 */
export async function readTraces(source: string, hours: number): Promise<readonly Trace[]> {
  if (!/^https?:/.test(source))
    return parseGiven(traces, readGivenJson('--traces', source), `--traces: ${source} has no traces of Jaeger`).data;
  const parameters = { service: 'gateway', lookback: `${hours}h`, limit: '1000' };
  const asked = { path: '/api/traces', parameters, timeoutMs };
  return (await readGivenServer({ option: '--traces', address: source }, asked, traces)).data;
}

/** A run of an operation in a subgraph, or of an event: the nearest span around a statement that has such a name. */
const runName = /^(?:query|mutation|subscription|process|event|push) /;
/** The operation of a client. Operations of the gateway's plans have `__` in their names. */
const clientName = /^(?:query|mutation|subscription) (?!.*__)/;

/** A statement, and who sends it. */
export interface StatementUse {
  readonly text: string;
  /** Times that it was sent, by the operation or event. */
  readonly operations: Readonly<Record<string, number>>;
  /** The most times that one run sent it, and the operation of that run. */
  readonly most: { readonly operation: string; readonly times: number };
}

/** Finds the operations of each statement, and how often one run repeats it. */
export function statementUses(all: readonly Trace[]): ReadonlyMap<string, StatementUse> {
  const operations = new Map<string, Map<string, number>>();
  const runs = new Map<string, { text: string; operation: string; times: number }>();
  for (const { spans } of all) {
    const byId = new Map(spans.map((one) => [one.spanID, one]));
    for (const one of spans) {
      const query = textOf(one);
      if (query === undefined) continue;
      const text = normalText(query);
      const above = ancestors(one, byId);
      const run = above.find(({ operationName }) => runName.test(operationName));
      const operation = (above.findLast(({ operationName }) => clientName.test(operationName)) ?? run)?.operationName;
      if (!run || operation === undefined) continue;
      const counts = operations.get(text) ?? new Map<string, number>();
      operations.set(text, counts.set(operation, (counts.get(operation) ?? 0) + 1));
      const key = `${one.traceID} ${run.spanID} ${text}`;
      const known = runs.get(key) ?? { text, operation, times: 0 };
      runs.set(key, { ...known, times: known.times + 1 });
    }
  }
  const most = new Map<string, { operation: string; times: number }>();
  for (const { text, operation, times } of runs.values())
    if (times > (most.get(text)?.times ?? 0)) most.set(text, { operation, times });
  return new Map(
    [...operations].map(([text, counts]) => [
      text,
      { text, operations: Object.fromEntries(counts), most: most.get(text) ?? { operation: '', times: 0 } },
    ]),
  );
}

/** Requests and points of the operations of clients. */
export function pointsByOperation(
  all: readonly Trace[],
): Readonly<Record<string, { requests: number; points: number }>> {
  const found: Record<string, { requests: number; points: number }> = {};
  for (const one of all.flatMap(({ spans }) => spans)) {
    const points = tagOf(one, 'freight.cost.points');
    if (!clientName.test(one.operationName) || typeof points !== 'number') continue;
    const known = found[one.operationName] ?? { requests: 0, points: 0 };
    found[one.operationName] = { requests: known.requests + 1, points: known.points + points };
  }
  return found;
}

const tagOf = ({ tags }: Span, key: string): unknown => tags.find((one) => one.key === key)?.value;

function textOf(one: Span): string | undefined {
  const text = tagOf(one, 'db.query.text');
  return typeof text === 'string' ? text : undefined;
}

/** The spans around a span, from the inside out. */
function ancestors(one: Span, byId: ReadonlyMap<string, Span>): readonly Span[] {
  const found: Span[] = [];
  for (let at: Span | undefined = parentOf(one, byId); at && found.length < 100; at = parentOf(at, byId))
    found.push(at);
  return found;
}

function parentOf({ references }: Span, byId: ReadonlyMap<string, Span>): Span | undefined {
  return byId.get(references.find(({ refType }) => refType === 'CHILD_OF')?.spanID ?? '');
}
