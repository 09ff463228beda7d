import type { Log } from './log.ts';
import type { LivePubSub } from './pubsub.ts';

/** Live data of one subgraph, with what was lost of it. */
export interface CountedLive extends LivePubSub {
  /** Payloads lost to consumers that were too slow, since the start. */
  readonly lost: number;
  /** Payloads that could not be published, since the start. */
  readonly unsent: number;
}

/** Counts and logs what consumers lose: they are too slow for their topics, and nobody would know of the gap. */
export function countLosses(live: LivePubSub, log: Log): CountedLive {
  let lost = 0;
  let unsent = 0;
  return {
    get lost() {
      return lost;
    },
    get unsent() {
      return unsent;
    },
    publish(topic, payload) {
      live.publish(topic, payload, () => {
        unsent += 1;
      });
    },
    subscribe(topics) {
      let ofConsumer = 0;
      return live.subscribe(topics, () => {
        lost += 1;
        ofConsumer += 1;
        // 1, 2, 4, 8 … so that a consumer that falls behind for hours doesn't fill the log.
        if (Number.isInteger(Math.log2(ofConsumer)))
          log.warn(
            { topics, lost: ofConsumer },
            'a consumer of live data is too slow and has lost its oldest payloads',
          );
      });
    },
    close: () => live.close(),
  };
}
