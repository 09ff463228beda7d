import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Connections of the pool, and requests that wait for one. */
export interface PoolUse {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What a database tells about its statements. */
export interface ObservedDatabase {
  /** Number of SQL statements since the start. */
  statements(): number;
  poolUse(): PoolUse;
  /** Calls back after each statement, until another one is given. */
  observe(onStatement: (seconds: number, hasFailed: boolean) => void): void;
}

export function watchDatabase(registry: Registry, database: ObservedDatabase): void {
  const registers = [registry];
  new Counter({
    name: 'subgraph_sql_statements_total',
    help: 'SQL statements sent',
    registers,
    collect() {
      this.reset();
      this.inc(database.statements());
    },
  });
  const failed = new Counter({ name: 'subgraph_sql_errors_total', help: 'SQL statements that failed', registers });
  const duration = new Histogram({
    name: 'subgraph_sql_statement_duration_seconds',
    help: 'Duration of SQL statements',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  database.observe((seconds, hasFailed) => {
    duration.observe(seconds);
    if (hasFailed) failed.inc();
  });
  new Gauge({
    name: 'subgraph_sql_connections',
    help: 'Connections of the pool by state (busy, idle), and requests that wait for one (waiting)',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(database.poolUse())) this.set({ state }, count);
    },
  });
}
