import { Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client';

export interface SubgraphMetrics {
  readonly registry: Registry;
  observe(operation: string, seconds: number, failed: boolean): void;
  /** Notes that a chore has just run without a failure. */
  noteRun(chore: string): void;
}

/** Counts since the start of the process, which other rooms keep. */
export interface SubgraphCounts {
  readonly statements: () => number;
  readonly liveLosses: () => number;
  readonly liveConflations: () => number;
  readonly liveUnsent: () => number;
}

/** Creates the metrics of one subgraph: durations and errors by operation, SQL statements, live data, and its own metrics. */
export function createSubgraphMetrics(
  subgraph: string,
  { statements, liveLosses, liveConflations, liveUnsent }: SubgraphCounts,
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
  new Counter({
    name: 'subgraph_sql_statements_total',
    help: 'SQL statements sent',
    registers,
    collect() {
      this.reset();
      this.inc(statements());
    },
  });
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
  const lastRun = new Gauge({
    name: 'subgraph_chore_last_success_timestamp_seconds',
    help: 'When a chore, such as the purge of a table, last ran without a failure in this process',
    labelNames: ['chore'],
    registers,
  });
  return {
    registry,
    noteRun: (chore) => lastRun.setToCurrentTime({ chore }),
    observe(operation, seconds, failed) {
      duration.observe({ operation }, seconds);
      if (failed) errors.inc({ operation });
    },
  };
}
