import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when this holds. @throws Error with what is the case otherwise */
export async function until(
  holds: () => boolean | Promise<boolean>,
  otherwise: string,
  timeoutMs = 60_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${otherwise} after ${timeoutMs / 1_000} s`);
    await delay(20);
  }
}
