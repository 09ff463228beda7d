/** What one request may take from a subgraph. */
export interface SubgraphLimits {
  /** Objects in its result. */
  readonly maxObjects: number;
  /** Milliseconds that one of its SQL statements may run, and that it waits for a connection at most. */
  readonly statementTimeoutMs: number;
}

export const defaultLimits: SubgraphLimits = {
  maxObjects: 20_000,
  // Below the time that the gateway waits for a subgraph (10 s), so that the subgraph's own error arrives.
  statementTimeoutMs: 8_000,
};
