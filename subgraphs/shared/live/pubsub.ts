import type { Channel } from './channel.ts';
import type { ConsumerOptions } from './consumer.ts';

/** Fan-out of live data: at most once, to those who listen now. What may not be lost goes through jobs.ts. */
export interface LivePubSub {
  /**
   * Hands a JSON value to every current subscriber of the topic, in this and other processes. Never waits and never fails.
   * @param onLoss hears of a payload that could not be handed on
   */
  publish(topic: string, payload: unknown, onLoss?: () => void): void;
  /** Payloads of these topics from the moment the promise resolves. Ends with `return()` or when the pub/sub closes. */
  subscribe<T>(topics: readonly string[], options?: ConsumerOptions<T>): Promise<Channel<T>>;
  close(): Promise<void>;
}
