import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics of chores, such as the purge of a table. */
export interface ChoreMetrics {
  scheduled(chore: { readonly name: string; readonly everyMs: number }): void;
  succeeded(chore: string, at: number): void;
  ran(chore: string, outcome: 'succeeded' | 'failed'): void;
}

export function createChoreMetrics(registry: Registry): ChoreMetrics {
  const registers = [registry];
  const lastSuccess = new Gauge({
    name: 'subgraph_chore_last_success_timestamp_seconds',
    help: 'When a chore, such as the purge of a table, last ran without a failure in any process; when it was first scheduled if it has not run yet',
    labelNames: ['chore'],
    registers,
  });
  const interval = new Gauge({
    name: 'subgraph_chore_interval_seconds',
    help: 'Seconds between two runs of a chore',
    labelNames: ['chore'],
    registers,
  });
  const runs = new Counter({
    name: 'subgraph_chore_runs_total',
    help: 'Runs of chores in this process by outcome: succeeded, failed',
    labelNames: ['chore', 'outcome'],
    registers,
  });
  return {
    scheduled({ name: chore, everyMs }) {
      interval.set({ chore }, everyMs / 1000);
      for (const outcome of ['succeeded', 'failed']) runs.inc({ chore, outcome }, 0);
    },
    succeeded: (chore, at) => lastSuccess.set({ chore }, at),
    ran(chore, outcome) {
      runs.inc({ chore, outcome });
    },
  };
}
