import { EmbeddedPostgres } from '../database/postgres/embedded-postgres.ts';
import { runProcess } from '../runtime/run-process.ts';
import { quickFlags } from './cluster.ts';

/** A process with a PostgreSQL. Its first argument selects what fails: the start, or the shutdown, which hangs or blocks the event loop. */
const [how = '', folder = ''] = process.argv.slice(2);

await runProcess(async ({ resources, fail, allowForEnd }) => {
  allowForEnd(60_000);
  await resources.use(new EmbeddedPostgres(folder, { flags: quickFlags, onLost: fail })).start();
  if (how === 'fails') throw new Error('the start fails');
  if (how === 'never-ends') resources.defer(() => new Promise(() => {}));
  if (how === 'is-busy')
    resources.defer(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500));
  process.on('message', (message) => process.send?.(message));
  process.send?.('ready');
}, 'Stopping.');
