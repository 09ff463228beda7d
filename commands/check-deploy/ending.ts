import type { ProductProcess } from './product-processes.ts';

/** Milliseconds that a gateway needs after its window, and a subgraph in all, to close what it has open. */
const closingMs = { gateway: 5_000, subgraph: 9_000, migrate: 0 };

/** Milliseconds from SIGTERM to the end of a process, at most. */
export function endingMs({ kind }: ProductProcess, setting: (name: string) => string | undefined): number {
  if (kind !== 'gateway') return closingMs[kind];
  return Number(setting('DRAIN_DELAY_MS') ?? 0) + Number(setting('DRAIN_WINDOW_MS') ?? 10_000) + closingMs.gateway;
}
