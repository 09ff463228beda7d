import type { Log } from '../runtime/log.ts';
import type { ConsumerOptions } from './consumer.ts';
import type { LivePubSub } from './pubsub.ts';

/** Live data of one subgraph, with counts of lost payloads. */
export interface CountedLive extends LivePubSub {
  /** Payloads lost to consumers that were too slow, since the start. */
  readonly lost: number;
  /** Payloads that newer ones of the same key replaced before they were read, since the start. */
  readonly conflated: number;
  /** Payloads that could not be published, since the start. */
  readonly unsent: number;
}

/** Counts payloads that consumers do not get. Losses are also logged, because the consumer then has a gap. */
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
      live.publish(topic, payload, () => {
        unsent += 1;
      });
    },
    subscribe<T>(topics: readonly string[], options: ConsumerOptions<T> = {}) {
      let ofConsumer = 0;
      const onLoss = () => {
        lost += 1;
        ofConsumer += 1;
        // Logs at 1, 2, 4, 8 … losses, so that a slow consumer does not fill the log.
        if (Number.isInteger(Math.log2(ofConsumer)))
          log.warn(
            { topics, lost: ofConsumer },
            'a consumer of live data is too slow and has lost its oldest payloads',
          );
      };
      const onConflation = () => {
        conflated += 1;
      };
      return live.subscribe(topics, { ...options, onLoss, onConflation });
    },
    close: () => live.close(),
  };
}
