import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats a request until its result is as wanted: gateways read the access snapshot periodically. */
export async function until<T>(request: () => Promise<T>, isWanted: (result: T) => boolean): Promise<T> {
  for (;;) {
    const result = await request();
    if (isWanted(result)) return result;
    await sleep(50);
  }
}
