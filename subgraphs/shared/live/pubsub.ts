import type { Channel } from './channel.ts';
import type { ConsumerOptions } from './consumer.ts';

/** Fan-out of live data to the current subscribers, at most once. Events that must not be lost go through jobs.ts. */
export interface LivePubSub {
  /**
   * Sends a JSON value to all current subscribers of the topic in all processes. Never waits and never fails.
   * @param onLoss called if the payload could not be sent
   */
  publish(topic: string, payload: unknown, onLoss?: () => void): void;
  /** Payloads of these topics from the moment the promise resolves. Ends with `return()` or when the pub/sub closes. */
  subscribe<T>(topics: readonly string[], options: ConsumerOptions<T>): Promise<Channel<T>>;
  close(): Promise<void>;
}
