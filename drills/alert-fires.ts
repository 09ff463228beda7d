import { setTimeout as delay } from 'node:timers/promises';
import { type Alert, readAlerts } from './prometheus.ts';

const alertMs = 300_000;
const pollMs = 500;

/** Waits until an alert of this name fires. @returns how long that took, in milliseconds */
export function alertFires(name: string): Promise<number> {
  return until(name, (alerts) => alerts.some(({ state }) => state === 'firing'), 'does not fire');
}

/** Waits until no alert of this name is active, so that the next one is about the next fault. */
export async function alertIsQuiet(name: string): Promise<void> {
  await until(name, (alerts) => alerts.length === 0, 'stays active');
}

async function until(name: string, isDone: (alerts: readonly Alert[]) => boolean, otherwise: string): Promise<number> {
  const begunAt = Date.now();
  const own = async () => (await readAlerts()).filter(({ labels }) => labels['alertname'] === name);
  while (!isDone(await own())) {
    if (Date.now() - begunAt > alertMs) throw new Error(`The alert ${name} ${otherwise} after ${alertMs / 1_000} s.`);
    await delay(pollMs);
  }
  return Date.now() - begunAt;
}
