import { setTimeout as delay } from 'node:timers/promises';
import { readAlerts } from './prometheus.ts';

const alertMs = 300_000;

/** Waits until an alert of this name fires. @returns how long that took, in milliseconds */
export async function alertFires(name: string): Promise<number> {
  const begunAt = Date.now();
  const fires = async () =>
    (await readAlerts()).some(({ labels, state }) => labels['alertname'] === name && state === 'firing');
  while (!(await fires())) {
    if (Date.now() - begunAt > alertMs) throw new Error(`The alert ${name} does not fire within ${alertMs / 1_000} s.`);
    await delay(500);
  }
  return Date.now() - begunAt;
}
