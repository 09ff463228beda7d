import { parentPort, workerData } from 'node:worker_threads';
import { Agent, request } from 'undici';

/** Requests `/health/live` every 25 ms until the main thread says stop. Then posts the time of each request in milliseconds. */
const { url } = workerData as { url: string };
const dispatcher = new Agent({ connections: 100, headersTimeout: 120_000 });
const times: number[] = [];
const pending = new Set<Promise<void>>();

async function probe(): Promise<void> {
  const began = performance.now();
  const { body } = await request(url, { dispatcher });
  await body.dump();
  times.push(performance.now() - began);
}

const timer = setInterval(() => {
  const asked: Promise<void> = probe()
    .catch(() => undefined) // The gateway closed the connection: this address has too many.
    .finally(() => pending.delete(asked));
  pending.add(asked);
}, 25);

parentPort?.once('message', async () => {
  clearInterval(timer);
  await Promise.allSettled(pending);
  await dispatcher.close();
  parentPort?.postMessage(times);
});
