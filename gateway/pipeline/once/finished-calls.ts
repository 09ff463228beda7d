import { z } from 'zod';
import type { ControlMessages } from '../../access/control/control-messages.ts';

const topic = 'gateway.call.finished';

/** Waits for a call that another gateway runs. */
export interface CallWatch {
  /** Resolves when the call has ended since the watch or the last wait began, at the latest after these milliseconds. */
  ended(withinMs: number): Promise<void>;
  stop(): void;
}

/** Messages between gateways about calls with an idempotency key that have ended. */
export class FinishedCalls {
  readonly #messages: ControlMessages;
  readonly #watches = new Map<string, () => void>();

  constructor(messages: ControlMessages) {
    this.#messages = messages;
    messages.listen(topic, z.string(), (id) => this.#watches.get(id)?.());
  }

  announce(id: string): void {
    this.#messages.publish(topic, id);
  }

  /** Each call has one watch at most. A message that arrives before `ended` is called counts. */
  watch(id: string): CallWatch {
    let end = Promise.withResolvers<void>();
    this.#watches.set(id, () => end.resolve());
    return {
      async ended(withinMs) {
        const { promise, resolve } = end;
        const timer = setTimeout(resolve, withinMs);
        await promise;
        clearTimeout(timer);
        end = Promise.withResolvers<void>();
      },
      stop: () => void this.#watches.delete(id),
    };
  }
}
