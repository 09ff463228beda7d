import { GraphError } from '../errors/errors.ts';
import { carryTrace } from '../runtime/tracing/carried-trace.ts';
import { type Conflation, latestByKey } from './backlog.ts';
import { splitTrace } from './carried-payload.ts';
import { Channel } from './channel.ts';

/** Options of the subscription of one consumer. */
export interface ConsumerOptions<T> {
  /** One payload of each key waits for a slow consumer. A payload with a further key ends the stream with an error. */
  readonly latest: Conflation<T>;
  /** Parses a payload. If it throws, the stream ends with the error. Default: payloads are not parsed. */
  readonly parse?: (payload: unknown) => T;
  /** Called when too many keys wait, so that the stream ends. */
  readonly onOverflow?: () => void;
  /** Called for each payload that is skipped, because another one of its key waits. */
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
  const { parse = (payload) => payload as T, latest, onOverflow = () => {}, onConflation = () => {} } = options;
  const channel = new Channel<T>(latestByKey<T>(latest, { onLoss: onConflation }), onEnd);
  return {
    channel,
    receive(payload) {
      try {
        const { content, trace } = splitTrace(payload);
        const item = parse(content);
        if (trace) carryTrace(trace, item);
        if (channel.push(item)) return;
        onOverflow();
        channel.fail(tooManyKeys());
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
