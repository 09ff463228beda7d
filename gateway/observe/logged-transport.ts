import type { Log } from '#shared/runtime/log.ts';
import type { TransportObserver } from '../transport/observer.ts';

/** Wraps an observer to log events that clients of subscriptions lose. */
export function loggedTransport(observer: TransportObserver, log: Log): TransportObserver {
  return {
    ...observer,
    onQueueOverflow(subgraph, requestId) {
      log.warn({ subgraph, requestId }, 'a subscription was ended: too many of its events waited');
      observer.onQueueOverflow?.(subgraph, requestId);
    },
    onBrokenSocket(subgraph, message) {
      log.warn({ subgraph, reason: message }, 'the websocket to a subgraph was closed; the gateway subscribes again');
      observer.onBrokenSocket?.(subgraph, message);
    },
  };
}
