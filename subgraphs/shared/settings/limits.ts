/** Limits of one request to a subgraph. */
export interface SubgraphLimits {
  /** Maximum number of objects in its result. */
  readonly maxObjects: number;
  /** Maximum milliseconds of one SQL statement, and of the wait for a connection. */
  readonly statementTimeoutMs: number;
}

export const defaultLimits: SubgraphLimits = {
  maxObjects: 20_000,
  // Shorter than the gateway waits for a subgraph (10 s), so that the error of the subgraph arrives.
  statementTimeoutMs: 8_000,
};
