import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Connections of the pool, and requests that wait for one. */
export interface PoolUse {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Requests that read, by the server that answered them. */
export interface ReadCounts {
  readonly standby: number;
  readonly primary: number;
  /** Those of the primary by the reason for which the standby did not answer. */
  readonly fallbacks: Readonly<Record<string, number>>;
  /** By how much the standby is behind; infinite if unknown. */
  readonly lagSeconds: number;
}

/** What a database tells about its statements. */
export interface ObservedDatabase {
  /** Number of SQL statements since the start. */
  statements(): number;
  poolUse(): PoolUse;
  /** Undefined without a standby. */
  reads(): ReadCounts | undefined;
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
  watchReads(registers, database);
}

/** Without a standby for reads the metrics have no values. */
function watchReads(registers: Registry[], database: ObservedDatabase): void {
  new Counter({
    name: 'subgraph_sql_reads_total',
    help: 'Queries that a standby may answer, by the server that answered them',
    labelNames: ['server'],
    registers,
    collect() {
      const reads = database.reads();
      this.reset();
      if (!reads) return;
      this.inc({ server: 'standby' }, reads.standby);
      this.inc({ server: 'primary' }, reads.primary);
    },
  });
  new Counter({
    name: 'subgraph_sql_read_fallbacks_total',
    help: 'Queries that the primary answered in place of a standby, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(database.reads()?.fallbacks ?? {})) this.inc({ reason }, count);
    },
  });
  new Gauge({
    name: 'subgraph_sql_standby_lag_seconds',
    help: 'Time by which the standby for reads is behind the primary, at most one second too long',
    registers,
    collect() {
      const reads = database.reads();
      if (reads) this.set(reads.lagSeconds);
      else this.remove();
    },
  });
}
