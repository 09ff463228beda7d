/** CPU profile of one operation by package and room. See README.md. */
import { type Profiler, Session } from 'node:inspector/promises';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { writeGivenFile } from '#shared/runtime/given-files.ts';
import { openDemoClient } from './client.ts';
import type { LoadJob, LoadResult } from './load.ts';
import { documentOf, operations } from './operations.ts';
import { startThrowaway } from './product.ts';
import { runProgram } from './run-program.ts';

const command = {
  call: 'npm run profile --',
  does: 'CPU profile of one operation of the graph benchmark, by package and by room of the project.',
  takes: 'OPERATION',
  options: {
    seconds: { type: 'string', value: 'NUMBER', default: '5', help: 'profiled (5)' },
    output: {
      type: 'string',
      value: 'FILE',
      writes: 'file',
      help: 'for the profile as a .cpuprofile of Chrome DevTools',
    },
    shipments: { type: 'string', value: 'NUMBER', default: '20000', help: 'history of the temporary product (20000)' },
  },
} as const;

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

try {
  await run();
} catch (error) {
  exitWith(error);
}

async function run(): Promise<void> {
  const { values, positionals } = readCommandLine(command, process.argv.slice(2));
  const operation = operations.find(({ name }) => name === positionals[0]);
  if (!operation) {
    const names = operations.map(({ name }) => name).join(', ');
    throw needs('OPERATION', `one of ${names}`, positionals[0]);
  }
  const product = await startThrowaway({ shipments: wholeNumber('shipments', values.shipments, 1, 500_000) });
  try {
    const { client, session } = openDemoClient(product.url, operation.account);
    const variables = await operation.variables(client);
    const query = documentOf(operation);
    const bodies = variables.map((given) => JSON.stringify({ query, operationName: operation.name, variables: given }));
    const job = { url: product.url, token: await session.accessToken(), bodies, connections: 8 };
    const load = (seconds: number) =>
      runProgram<LoadResult>(
        new URL('./load.ts', import.meta.url),
        { ...job, seconds } satisfies LoadJob,
        interrupted.signal,
      );
    await load(3); // warm
    const inspector = new Session();
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
    const { requests } = await load(wholeNumber('seconds', values.seconds, 1, 600));
    const { profile } = await inspector.post('Profiler.stop');
    inspector.disconnect();
    if (values.output !== undefined) writeGivenFile('--output', values.output, JSON.stringify(profile));
    console.log(renderProfile(profile, requests));
  } finally {
    await product.close();
  }
}

/** Self time of each package and room, the largest first. */
function renderProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, requests: number): string {
  const ownerOf = new Map(nodes.map(({ id, callFrame }) => [id, owner(callFrame)]));
  const microseconds = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = ownerOf.get(id) ?? '(unknown)';
    microseconds.set(name, (microseconds.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  microseconds.delete('(idle)');
  const busy = [...microseconds.values()].reduce((sum, time) => sum + time, 0);
  const rows = [...microseconds].sort(([, left], [, right]) => right - left).filter(([, time]) => time > busy / 200);
  return [
    '| package or room | share | ms per request |',
    '| --- | --: | --: |',
    ...rows.map(
      ([name, time]) => `| ${name} | ${((100 * time) / busy).toFixed(1)} % | ${(time / 1_000 / requests).toFixed(2)} |`,
    ),
  ].join('\n');
}

/** The package of a function, or its room in the project. */
function owner({ url, functionName }: Profiler.Profile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  if (url.startsWith('node:')) return `node:${url.slice('node:'.length).split('/').slice(0, 2).join('/')}`;
  const modules = url.lastIndexOf('/node_modules/');
  if (modules >= 0) {
    const [scope = '', name = ''] = url.slice(modules + '/node_modules/'.length).split('/');
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
  const path = url.slice(new URL('../../', import.meta.url).href.length);
  return path
    .split('/')
    .slice(0, 3)
    .join('/')
    .replace(/\/[^/]+\.ts$/, '');
}
