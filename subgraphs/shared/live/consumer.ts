import { GraphError } from '../errors/errors.ts';
import { type Conflation, dropOldest, latestByKey } from './backlog.ts';
import { Channel } from './channel.ts';

/** Maximum number of payloads that wait for one slow consumer. */
export const bufferLimit = 256;

/** Options of the subscription of one consumer. */
export interface ConsumerOptions<T> {
  /** Parses a payload. If it throws, the stream ends with the error. Default: payloads are not parsed. */
  readonly parse?: (payload: unknown) => T;
  /** For a consumer that needs only the latest payload of each key. Default: keeps the latest `bufferLimit` payloads. */
  readonly latest?: Conflation<T>;
  /** Called for each payload that this consumer loses. */
  readonly onLoss?: () => void;
  /** Called for each payload that a newer one of its key replaces. */
  readonly onConflation?: () => void;
}

/** A subscriber of a pub/sub. */
export interface Consumer<T> {
  readonly channel: Channel<T>;
  /** Receives a payload of one of its topics. Never throws. */
  receive(payload: unknown): void;
}

/** @param onEnd called once, when the consumer has stopped and its topics can be unsubscribed */
export function openConsumer<T>(options: ConsumerOptions<T>, onEnd: () => void): Consumer<T> {
  // Our own processes publish the payloads of a topic, so without a parser they have the type of the topic.
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
    'Events were lost because too many were waiting for delivery. Subscribe again.',
  );
}
