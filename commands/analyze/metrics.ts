import type { Tier } from '#shared/vocabulary.ts';
import { tierLimits } from '../../gateway/access/budget/tiers.ts';
import { query } from '../deploy/kubernetes/prometheus-figures.ts';

/** What a client asks for, and the tier whose budget it fits in. */
export interface ClientPressure {
  readonly client: string;
  readonly requests: number;
  readonly refusedShare: number;
  /** Requests per second in its busiest 5 minutes. */
  readonly peakPerSecond: number;
  /** Mean points of its requests that were not refused; those of all clients if its own are not measured. */
  readonly pointsPerRequest: number;
  readonly arePointsItsOwn: boolean;
  /** Points per second that leave it half as much again as it needs at its peak. */
  readonly recommendedPoints: number;
  /** Undefined if no tier allows this much. */
  readonly recommendedTier: Tier | undefined;
}

export interface MetricFigures {
  readonly requests: number;
  /** Of operations with 100 requests or more. */
  readonly p95MsByOperation: Readonly<Record<string, number>>;
  /** Shares of work that a cache saved. */
  readonly caches: Readonly<Record<string, number>>;
  readonly clients: readonly ClientPressure[];
  /** Operations that exceeded a budget, by what was lacking and the tier. */
  readonly exceeded: Readonly<Record<string, number>>;
  readonly cpuMsPerRequest: number;
  readonly pointsPerRequest: number;
  /** How near parts are to their limits: 1 is the limit. */
  readonly saturation: Readonly<Record<string, number>>;
}

/** Reads the metrics of the last hours. @param url of Prometheus */
export async function readMetrics(url: string, hours: number): Promise<MetricFigures> {
  const over = `[${hours}h]`;
  const byLabel = async (expression: string, ...labels: readonly string[]) => {
    const samples = (await query(url, expression)).filter(({ value }) => Number.isFinite(value));
    return samples.map(
      ({ labels: held, value }) => [labels.map((label) => held[label] ?? '').join(' '), value] as const,
    );
  };
  const one = async (expression: string): Promise<number> => (await byLabel(expression))[0]?.[1] ?? 0;
  const increase = (metric: string) => `sum(increase(${metric}${over}))`;

  const requests = await one(increase('gateway_request_outcomes_total'));
  const work = (kind: string) => one(increase(`gateway_document_work_total{work="${kind}",time="request"}`));
  const saved = (done: number, of: number) => (of > 0 ? 1 - Math.min(1, done / of) : 1);
  const fetches = await one(increase('gateway_subgraph_requests_total'));
  const shared = await one(increase('gateway_subgraph_events_total{event="shared"}'));
  const points = await one(increase('gateway_cost_points_total'));
  const pointsPerRequest = requests > 0 ? points / requests : 0;
  const cpuSeconds = await one(`sum(increase(process_cpu_seconds_total{job=~"gateway|subgraph"}${over}))`);
  const refused = new Map(
    await byLabel(`sum by (client) (increase(gateway_client_requests_total{outcome="refused"}${over}))`, 'client'),
  );
  const peaks = new Map(
    await byLabel(`max_over_time(sum by (client) (rate(gateway_client_requests_total[5m]))[${hours}h:1m])`, 'client'),
  );
  const ownPoints = new Map(await byLabel(`sum by (client) (increase(gateway_client_points_total${over}))`, 'client'));
  const byClient = await byLabel(`sum by (client) (increase(gateway_client_requests_total${over}))`, 'client');
  return {
    requests,
    p95MsByOperation: Object.fromEntries(
      (
        await byLabel(
          `1000 * histogram_quantile(0.95, sum by (operation, le) (increase(gateway_request_duration_seconds_bucket${over}))) and sum by (operation) (increase(gateway_request_duration_seconds_count${over})) >= 100`,
          'operation',
        )
      ).filter(([operation]) => operation !== ''),
    ),
    caches: {
      'plans known': saved(await work('planned'), requests),
      'documents validated before': saved(await work('validated'), requests),
      'requests to subgraphs shared': fetches + shared > 0 ? shared / (fetches + shared) : 0,
    },
    clients: byClient
      .filter(([, count]) => count > 0)
      .map(([client, count]) =>
        pressureOf({
          client,
          count,
          refused: refused.get(client) ?? 0,
          peak: peaks.get(client) ?? 0,
          ownPoints: ownPoints.get(client),
          pointsOfAll: pointsPerRequest,
        }),
      ),
    exceeded: Object.fromEntries(
      (
        await byLabel(`sum by (reason, tier) (increase(gateway_budget_exceeded_total${over}))`, 'reason', 'tier')
      ).filter(([, count]) => count > 0),
    ),
    cpuMsPerRequest: requests > 0 ? (cpuSeconds * 1_000) / requests : 0,
    pointsPerRequest,
    saturation: {
      'CPU of the busiest process': await one(
        `max(max_over_time(rate(process_cpu_seconds_total{job=~"gateway|subgraph"}[5m])[${hours}h:1m]))`,
      ),
      'event loop, delay of 100 ms': await one(`max(max_over_time(nodejs_eventloop_lag_p99_seconds${over})) / 0.1`),
      'connections of a pool': await one(
        `max(max_over_time((sum by (instance) (subgraph_sql_connections{state="busy"}) / sum by (instance) (subgraph_sql_connections{state=~"busy|idle"}))[${hours}h:1m]))`,
      ),
      'requests that wait for a connection': await one(
        `max(max_over_time(subgraph_sql_connections{state="waiting"}${over}))`,
      ),
    },
  };
}

const headroom = 1.5;

function pressureOf(given: {
  readonly client: string;
  readonly count: number;
  readonly refused: number;
  readonly peak: number;
  readonly ownPoints: number | undefined;
  readonly pointsOfAll: number;
}): ClientPressure {
  const { client, count, refused, peak, ownPoints, pointsOfAll } = given;
  // A refused request costs nothing, but would have.
  const run = count - refused;
  const own = ownPoints !== undefined && run > 0 ? ownPoints / run : undefined;
  const pointsPerRequest = own ?? pointsOfAll;
  const recommendedPoints = Math.ceil(peak * pointsPerRequest * headroom);
  const tiers = Object.entries(tierLimits) as [Tier, (typeof tierLimits)[Tier]][]; // the keys of `tierLimits` are tiers
  return {
    client,
    requests: count,
    refusedShare: Math.min(1, refused / count),
    peakPerSecond: peak,
    pointsPerRequest,
    arePointsItsOwn: own !== undefined,
    recommendedPoints,
    recommendedTier: tiers.find(([, { points }]) => (points.points * 1_000) / points.perMs >= recommendedPoints)?.[0],
  };
}
