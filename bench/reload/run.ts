import { parseArgs } from 'node:util';
import type { Holding } from './measured-gateway.ts';
import { reloadStorm } from './storm.ts';

/** `node bench/reload/run.ts [--reloads 1000] [--clients 4]`: what reloading costs those who ask meanwhile, and what it leaves behind. */
const { values } = parseArgs({
  options: { reloads: { type: 'string', default: '1000' }, clients: { type: 'string', default: '4' } },
});
const reloads = Number(values.reloads);
const step = Math.max(1, Math.floor(reloads / 10));
const startedAt = performance.now();

const line = ({ heapMB, residentMB, threads, alive, resources }: Holding): string =>
  `heap ${heapMB} MB, resident ${residentMB} MB, ${threads} threads, ${JSON.stringify({ ...alive, ...resources })}`;

const figures = await reloadStorm({
  reloads,
  warmUp: Math.min(20, Math.floor(reloads / 2)),
  clients: Number(values.clients),
  brokenEvery: 10,
  async onProgress(done, holding) {
    if (done % step === 0) console.log(`${String(done).padStart(5)}  ${line(await holding())}`);
  },
});
const seconds = (performance.now() - startedAt) / 1000;
console.log(`reloads   ${figures.loaded} loaded, ${figures.refused} refused, ${(seconds / reloads).toFixed(2)} s each`);
console.log(
  `requests  ${figures.requests}, of which wrong or failed: ${figures.wrong.length}; slowest: ${figures.slowestMs.join(', ')} ms`,
);
console.log(
  `events    ${figures.events.lasting.join(', ')} on lasting subscriptions (ended: ${figures.ended.length}), ${figures.events.passing} on passing ones`,
);
console.log(`before    ${line(figures.before)}`);
console.log(`after     ${line(figures.after)}`);
for (const wrong of figures.wrong.slice(0, 3)) console.log(wrong);
for (const ended of figures.ended.slice(0, 3)) console.log(ended);
