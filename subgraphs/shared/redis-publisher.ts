import type { Redis } from 'ioredis';
import type { Log } from './log.ts';
import { answerMs } from './redis-connection.ts';
import { withinLimit } from './shared-check.ts';

/** Messages that wait while Redis is away or slow; of more, the oldest are lost. */
export const waitingLimit = 1_000;
/** Messages that were sent and not yet answered. */
const sendingLimit = 1_000;

interface Message {
  readonly topic: string;
  readonly text: string;
  readonly onLoss: (() => void) | undefined;
}

/** Publishes in the background, each message at most once: who publishes never waits for Redis. */
export class RedisPublisher {
  readonly #redis: Redis;
  readonly #log: Log;
  #waiting: Message[] = [];
  #sending = 0;
  #lost = 0;

  constructor(redis: Redis, log: Log) {
    this.#redis = redis;
    this.#log = log;
    redis.on('ready', () => this.#resume());
  }

  publish(message: Message): void {
    if (this.#waiting.length >= waitingLimit) this.#lose(this.#waiting.shift());
    this.#waiting.push(message);
    this.#send();
  }

  /** Gives up what has not been sent. */
  close(): void {
    for (const message of this.#waiting.splice(0)) this.#lose(message);
  }

  #send(): void {
    while (this.#redis.status === 'ready' && this.#sending < sendingLimit) {
      const message = this.#waiting.shift();
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
      withinLimit(this.#redis.publish(message.topic, message.text), answerMs).then(settle, fail);
    }
  }

  #lose(message: Message | undefined): void {
    this.#lost += 1;
    message?.onLoss?.();
  }

  #resume(): void {
    if (this.#lost > 0) this.#log.warn({ lost: this.#lost }, 'live messages were lost while Redis did not answer');
    this.#lost = 0;
    this.#send();
  }
}
