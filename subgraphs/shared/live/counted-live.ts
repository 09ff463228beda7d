import type { Log } from '../runtime/log.ts';
import { currentSpan } from '../runtime/tracing/current-work.ts';
import { withTrace } from './carried-payload.ts';
import type { ConsumerOptions } from './consumer.ts';
import type { LivePubSub } from './pubsub.ts';

/** Live data of one subgraph, with counts of lost payloads. */
export interface CountedLive extends LivePubSub {
  /** Payloads whose consumer was too slow, so that its stream ended with an error, since the start. */
  readonly lost: number;
  /** Payloads that were skipped because another one of their key waited, since the start. */
  readonly conflated: number;
  /** Payloads that could not be published, since the start. */
  readonly unsent: number;
}

/** Counts payloads that consumers do not get, and sends them with the current trace. An ended stream is also logged. */
export function countLosses(live: LivePubSub, log: Log): CountedLive {
  let lost = 0;
  let conflated = 0;
  let unsent = 0;
  return {
    get lost() {
      return lost;
    },
    get conflated() {
      return conflated;
    },
    get unsent() {
      return unsent;
    },
    publish(topic, payload) {
      live.publish(topic, withTrace(payload, currentSpan()?.context), () => {
        unsent += 1;
      });
    },
    subscribe<T>(topics: readonly string[], options: ConsumerOptions<T>) {
      const onOverflow = () => {
        lost += 1;
        log.warn({ topics }, 'the stream of a consumer of live data has ended because the consumer is too slow');
      };
      const onConflation = () => {
        conflated += 1;
      };
      return live.subscribe(topics, { ...options, onOverflow, onConflation });
    },
    close: () => live.close(),
  };
}
