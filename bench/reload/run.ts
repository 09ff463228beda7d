import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { orExit } from '#shared/runtime/exit.ts';
import type { Holding } from '../../gateway/testing/measured-gateway.ts';
import { reloadStorm } from '../../gateway/testing/reload-storm.ts';

/** Measures what reloads cost clients, and what they leave in memory. */
const { values } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:reload --',
    does: 'Measures what reloads of the supergraph cost clients, and what they leave in memory. See bench/reload/README.md.',
    options: {
      reloads: { type: 'string', value: 'NUMBER', default: '1000', help: 'how many (1000)' },
      clients: { type: 'string', value: 'NUMBER', default: '4', help: 'clients that send queries meanwhile (4)' },
    },
  }),
);
const reloads = orExit(() => wholeNumber('reloads', values.reloads, 1, 1_000_000));
const clients = orExit(() => wholeNumber('clients', values.clients, 1, 1_000));
const step = Math.max(1, Math.floor(reloads / 10));
const startedAt = performance.now();

const line = ({ heapMB, residentMB, threads, alive, resources }: Holding): string =>
  `heap ${heapMB} MB, resident ${residentMB} MB, ${threads} threads, ${JSON.stringify({ ...alive, ...resources })}`;

const figures = await reloadStorm({
  reloads,
  warmUp: Math.min(20, Math.floor(reloads / 2)),
  clients,
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
