import type { SubgraphFailureCode } from '../engine/ports.ts';

/** `cancelled`: all waiters for the response have left. */
export type RequestOutcome = 'ok' | 'cancelled' | SubgraphFailureCode;
export type CircuitState = 'closed' | 'open' | 'half-open';

/** Hooks for metrics and traces. Each is optional. */
export interface TransportObserver {
  /** The gateway begins to use a subgraph. */
  onOpened?(subgraph: string): void;
  /** One request has ended. `milliseconds` include retries and the time in the queue. */
  onRequest?(subgraph: string, milliseconds: number, outcome: RequestOutcome): void;
  /** A request joined an identical query in flight. */
  onShared?(subgraph: string): void;
  onRetry?(subgraph: string): void;
  onCircuit?(subgraph: string, state: CircuitState): void;
  /** The websocket to a subgraph has reconnected and subscribed again. */
  onResubscribed?(subgraph: string): void;
  /** A subscription was ended because too many of its events waited. */
  onQueueOverflow?(subgraph: string, requestId: string): void;
  /** A websocket was closed because the subgraph sent an unreadable message. It reconnects and subscribes again. */
  onBrokenSocket?(subgraph: string, message: string): void;
}
