import type { Redis } from 'ioredis';
import type { Log } from '../runtime/log.ts';
import { withinLimit } from '../runtime/shared-check.ts';
import { dropOldest } from './backlog.ts';
import { responseMs } from './redis-connection.ts';

/** Maximum number of messages that wait while Redis is slow or unreachable. Beyond it the oldest are lost. */
export const maxWaiting = 1_000;
/** Maximum number of sent messages without a response. */
const maxSending = 1_000;

interface Message {
  readonly topic: string;
  readonly text: string;
  readonly onLoss: (() => void) | undefined;
}

/** Publishes in the background, so that callers never wait for Redis. Sends each message at most once. */
export class RedisPublisher {
  readonly #redis: Redis;
  readonly #log: Log;
  readonly #waiting = dropOldest<Message>({ items: maxWaiting }, { onLoss: (message) => this.#lose(message) });
  #sending = 0;
  #lost = 0;

  constructor(redis: Redis, log: Log) {
    this.#redis = redis;
    this.#log = log;
    redis.on('ready', () => this.#resume());
  }

  publish(message: Message): void {
    this.#waiting.add({ item: message, size: 0 });
    this.#send();
  }

  /** Discards messages that have not been sent. */
  close(): void {
    for (let next = this.#waiting.take(); next; next = this.#waiting.take()) this.#lose(next.item);
  }

  #send(): void {
    while (this.#redis.status === 'ready' && this.#sending < maxSending) {
      const message = this.#waiting.take()?.item;
      if (!message) return;
      this.#sending += 1;
      const settle = () => {
        this.#sending -= 1;
        this.#send();
      };
      const fail = () => {
        this.#lose(message);
        settle();
      };
      withinLimit(this.#redis.publish(message.topic, message.text), responseMs).then(settle, fail);
    }
  }

  #lose(message: Message): void {
    this.#lost += 1;
    message.onLoss?.();
  }

  #resume(): void {
    if (this.#lost > 0) this.#log.warn({ lost: this.#lost }, 'live messages were lost while Redis did not respond');
    this.#lost = 0;
    this.#send();
  }
}
