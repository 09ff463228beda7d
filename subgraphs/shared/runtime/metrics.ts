import { Counter, Histogram, type Metric, Registry } from 'prom-client';
import { BoundedLabels, removeSeries } from './bounded-labels.ts';
import { type ChoreMetrics, createChoreMetrics } from './chore-metrics.ts';
import { type ObservedDatabase, watchDatabase } from './sql-metrics.ts';
import { countSpans } from './tracing/span-metrics.ts';
import type { SpanCounts } from './tracing/tracer.ts';

const operationLimits = { names: 200, namesPerCaller: 200, idleMs: 3_600_000 };

export interface SubgraphMetrics {
  readonly registry: Registry;
  observe(operation: string, seconds: number, failed: boolean): void;
  readonly chores: ChoreMetrics;
}

/** Counts since the start of the process, which other rooms keep. */
export interface SubgraphCounts {
  readonly liveLosses: () => number;
  readonly liveConflations: () => number;
  readonly liveUnsent: () => number;
  readonly eventsRefused: () => number;
  readonly spans: () => SpanCounts;
}

/** Creates the metrics of one subgraph: durations and errors by operation, SQL statements, live data, chores, and its own metrics. */
export function createSubgraphMetrics(
  subgraph: string,
  { liveLosses, liveConflations, liveUnsent, eventsRefused, spans }: SubgraphCounts,
  database: ObservedDatabase,
  own: readonly Metric[] = [],
): SubgraphMetrics {
  const registry = new Registry();
  for (const metric of own) registry.registerMetric(metric);
  registry.setDefaultLabels({ subgraph });
  const registers = [registry];
  const duration = new Histogram({
    name: 'subgraph_request_duration_seconds',
    help: 'Duration of GraphQL requests by operation',
    labelNames: ['operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const errors = new Counter({
    name: 'subgraph_request_errors_total',
    help: 'Requests with errors by operation',
    labelNames: ['operation'],
    registers,
  });
  watchDatabase(registry, database);
  countSpans(registry, 'subgraph_spans_total', spans);
  new Counter({
    name: 'subgraph_live_payloads_lost_total',
    help: 'Payloads of live data whose consumer was too slow, so that its stream ended with an error',
    registers,
    collect() {
      this.reset();
      this.inc(liveLosses());
    },
  });
  new Counter({
    name: 'subgraph_live_payloads_conflated_total',
    help: 'Payloads of live data that were skipped because another one of their key waited',
    registers,
    collect() {
      this.reset();
      this.inc(liveConflations());
    },
  });
  new Counter({
    name: 'subgraph_live_payloads_unsent_total',
    help: 'Payloads of live data that could not be published, such as while Redis is away',
    registers,
    collect() {
      this.reset();
      this.inc(liveUnsent());
    },
  });
  new Counter({
    name: 'subgraph_events_refused_total',
    help: 'Domain events that were not handled, because another role than that of their subgraph sent them',
    registers,
    collect() {
      this.reset();
      this.inc(eventsRefused());
    },
  });
  // The names are those that clients give their operations, with the name of the subgraph. The gateway is the only caller.
  const labels = new BoundedLabels((name) => {
    for (const metric of [duration, errors]) void removeSeries<'operation'>(metric, 'operation', name);
  }, operationLimits);
  return {
    registry,
    chores: createChoreMetrics(registry),
    observe(name, seconds, failed) {
      const operation = labels.labelOf(name, 'gateway');
      duration.observe({ operation }, seconds);
      if (failed) errors.inc({ operation });
    },
  };
}
