import type { SubgraphFailureCode } from '../engine/ports.ts';

/** `cancelled`: everybody who waited for the response has left. */
export type RequestOutcome = 'ok' | 'cancelled' | SubgraphFailureCode;
export type CircuitState = 'closed' | 'open' | 'half-open';

/** Hooks for metrics and traces. Each is optional and costs nothing where it is absent. */
export interface TransportObserver {
  /** One request has ended, retries included. `milliseconds` run from asking, so they hold the wait in the queue. */
  onRequest?(subgraph: string, milliseconds: number, outcome: RequestOutcome): void;
  /** A query in flight was joined instead of being sent again. */
  onShared?(subgraph: string): void;
  onRetry?(subgraph: string): void;
  onCircuit?(subgraph: string, state: CircuitState): void;
  /** The websocket to a subgraph is up again, and its subscriptions were asked for again. */
  onResubscribed?(subgraph: string): void;
  /** A subscription was ended as too many of its events waited. */
  onQueueOverflow?(subgraph: string, requestId: string): void;
  /** A websocket was cut because of what the subgraph sent; its subscriptions are asked for again. */
  onBrokenSocket?(subgraph: string, message: string): void;
}
