import { GraphError } from '../errors/errors.ts';
import { type Conflation, dropOldest, latestByKey } from './backlog.ts';
import { Channel } from './channel.ts';

/** Payloads that wait for one slow consumer. */
export const bufferLimit = 256;

/** How payloads are handed to one consumer. */
export interface ConsumerOptions<T> {
  /** Parses a payload; its error ends the stream. Default: payloads are taken as they are. */
  readonly parse?: (payload: unknown) => T;
  /** For a consumer that needs only the latest payload of each key. Default: `bufferLimit` payloads wait, and the oldest are lost. */
  readonly latest?: Conflation<T>;
  /** Called for each payload that this consumer loses. */
  readonly onLoss?: () => void;
  /** Called for each payload that gives way to a newer one of its key. */
  readonly onConflation?: () => void;
}

/** What a pub/sub knows of one subscriber. */
export interface Consumer<T> {
  readonly channel: Channel<T>;
  /** Takes a payload of one of its topics. Never throws. */
  receive(payload: unknown): void;
}

/** @param onEnd called once, when the consumer has stopped: its topics are to be left */
export function openConsumer<T>(options: ConsumerOptions<T>, onEnd: () => void): Consumer<T> {
  // Payloads were written for this topic by our own processes: without a parser their type is the topic's.
  const { parse = (payload) => payload as T, latest, onLoss = () => {}, onConflation = () => {} } = options;
  const backlog = latest
    ? latestByKey<T>(latest, { onLoss: onConflation })
    : dropOldest<T>({ items: bufferLimit }, { onLoss });
  const channel = new Channel<T>(backlog, onEnd);
  return {
    channel,
    receive(payload) {
      try {
        if (!channel.push(parse(payload))) channel.fail(tooManyKeys());
      } catch (error) {
        channel.fail(error);
      }
    },
  };
}

function tooManyKeys(): GraphError {
  return new GraphError(
    'LIVE_QUEUE_OVERFLOW',
    'Too many events waited to be delivered; events were lost. Subscribe again.',
  );
}
