import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isErrorCode } from '#shared/errors/errors.ts';
import { BoundedLabels, removeSeries } from '#shared/runtime/bounded-labels.ts';
import { countSpans } from '#shared/runtime/tracing/span-metrics.ts';
import { noTracer, type SpanCounts } from '#shared/runtime/tracing/tracer.ts';
import { type Tier, tiers } from '#shared/vocabulary.ts';
import { type RefusalReason, refusalReasons } from '../access/budget/budgets.ts';
import { keyRefusals } from '../access/callers/identify-key.ts';
import type { PeerCounts } from '../access/control/heartbeat.ts';
import type { OnDocumentWork } from '../access/documents/documents.ts';
import type { Settlement } from '../pipeline/outcome.ts';
import { outcomeOf } from '../pipeline/request-outcome.ts';
import type { TransportObserver } from '../transport/observer.ts';
import { createClientMetrics } from './client-metrics.ts';
import { createLiveMetrics, type LiveMetrics } from './live-metrics.ts';
import { createPeerMetrics } from './peer-metrics.ts';
import { createSupergraphMetrics, type SupergraphMetrics } from './supergraph-metrics.ts';
import { createTransportMetrics } from './transport-metrics.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Metrics of the gateway. Labels are bounded: subgraph names, codes of our table, and at most a few hundred operations. Counters whose labels are
 * known begin at 0: Prometheus sees the first failure only as the difference to a value before it.
 */
export interface GatewayMetrics {
  readonly transport: TransportObserver;
  settled(settlement: Settlement): void;
  readonly supergraph: SupergraphMetrics;
  readonly documentWork: OnDocumentWork;
  readonly unlisted: Counter<'audience' | 'client' | 'code'>;
  readonly refusedKeys: Counter<'reason'>;
  /** An operation exceeded the budget of its caller. */
  budgetExceeded(reason: RefusalReason, tier: Tier): void;
  /** The events of a subscription have cost points. */
  paid(points: number, tier: Tier): void;
  readonly live: LiveMetrics;
  /** @param read seconds since the access snapshot was up to date; undefined if there is none */
  watchSnapshot(read: () => number | undefined): void;
  /** @param read the gateways that share a Redis with this one; undefined while they are unknown */
  watchPeers(read: () => PeerCounts | undefined): void;
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
  close(): void;
}

/**
 * @param release that this gateway runs
 * @param spans what has become of the spans of traces
 */
export function createGatewayMetrics(release: string, spans: () => SpanCounts = noTracer.counts): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'gateway_build_info',
    help: 'The release that this gateway runs, as a label; always 1',
    labelNames: ['release'],
    registers,
  });
  build.set({ release }, 1);
  const duration = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'Duration of GraphQL requests by operation, subscriptions excepted',
    labelNames: ['operation'],
    buckets: seconds,
    registers,
  });
  const requests = new Counter({
    name: 'gateway_requests_total',
    help: 'GraphQL requests by operation and HTTP status',
    labelNames: ['operation', 'status'],
    registers,
  });
  const errors = new Counter({
    name: 'gateway_errors_total',
    help: 'Errors in responses, by operation and code',
    labelNames: ['operation', 'code'],
    registers,
  });
  const labels = new BoundedLabels((operation) => {
    for (const metric of [duration, requests, errors]) void removeSeries<'operation'>(metric, 'operation', operation);
  });
  const countByClient = createClientMetrics(registry);
  countSpans(registry, 'gateway_spans_total', spans);
  const documentWork = new Counter({
    name: 'gateway_document_work_total',
    help: 'Documents parsed, validated and planned: ahead of requests, which is done for trusted documents, or for a request',
    labelNames: ['work', 'time'],
    registers,
  });
  for (const work of ['parsed', 'validated', 'planned'])
    for (const time of ['ahead', 'request']) documentWork.inc({ work, time }, 0);
  const unlisted = new Counter({
    name: 'gateway_unlisted_documents_total',
    help: 'Requests that the document policy "registered" would refuse, under the policy "log-only"',
    labelNames: ['audience', 'client', 'code'],
    registers,
  });
  const refusedKeys = new Counter({
    name: 'gateway_refused_keys_total',
    help: 'Requests with an API key that was refused: mistyped, unknown, revoked, expired, or not allowed from its network',
    labelNames: ['reason'],
    registers,
  });
  const points = new Counter({
    name: 'gateway_cost_points_total',
    help: 'Points that operations and events of subscriptions have cost, by tier of the caller',
    labelNames: ['tier'],
    registers,
  });
  const exceeded = new Counter({
    name: 'gateway_budget_exceeded_total',
    help: 'Operations that exceeded the budget of their caller, by what it lacked and its tier; refused unless BUDGET_MODE is measure',
    labelNames: ['reason', 'tier'],
    registers,
  });
  for (const reason of keyRefusals) refusedKeys.inc({ reason }, 0);
  for (const tier of tiers) {
    points.inc({ tier }, 0);
    for (const reason of refusalReasons) exceeded.inc({ reason, tier }, 0);
  }

  return {
    transport: createTransportMetrics(registry),
    settled(settlement) {
      const { startedAt, operationName, caller, client, tier, errorCodes, status, form } = settlement;
      const operation = labels.labelOf(operationName, caller);
      const spent = form === 'events' ? undefined : (performance.now() - startedAt) / 1000;
      if (spent !== undefined) duration.observe({ operation }, spent);
      countByClient({ client, caller, outcome: outcomeOf(settlement), seconds: spent, points: settlement.points });
      if (tier) points.inc({ tier }, settlement.points);
      requests.inc({ operation, status });
      for (const code of errorCodes) errors.inc({ operation, code: isErrorCode(code) ? code : 'OTHER' });
    },
    supergraph: createSupergraphMetrics(registry),
    documentWork: (work, time) => documentWork.inc({ work, time }),
    unlisted,
    refusedKeys,
    paid: (cost, tier) => points.inc({ tier }, cost),
    live: createLiveMetrics(registry),
    budgetExceeded: (reason, tier) => exceeded.inc({ reason, tier }),
    watchSnapshot(read) {
      new Gauge({
        name: 'gateway_access_snapshot_age_seconds',
        help: 'Seconds since the snapshot of API keys and revocations was last up to date; NaN before the first one',
        registers,
        collect() {
          this.set(read() ?? Number.NaN);
        },
      });
    },
    watchPeers: createPeerMetrics(registry),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    close: () => registry.clear(),
  };
}
