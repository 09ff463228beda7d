import type { z } from 'zod';

/**
 * Short messages between processes. Each can get lost while Redis is away, so whoever waits for one also looks at the state itself from time to
 * time.
 */
export interface ControlMessages {
  /** Never waits and never fails. */
  publish(topic: string, payload: unknown): void;
  /**
   * Calls back for each message of a topic, for as long as the process runs. A message of another shape is ignored and logged: a gateway of another
   * release may have sent it.
   */
  listen<T>(topic: string, shape: z.ZodType<T>, onMessage: (payload: T) => void): void;
}

/** Without Redis there is one process, which needs no messages. */
export const noMessages: ControlMessages = { publish: () => {}, listen: () => {} };
