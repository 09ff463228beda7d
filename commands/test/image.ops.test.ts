import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { accessTokens, createSigner } from '#shared/identity/tokens.ts';
import { subgraphNames } from '#shared/test/cluster.ts';
import { somebody } from '#shared/test/harness.ts';
import { requireData } from '../../client/data.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { buildImage } from '../../drills/topology/build-image.ts';
import { readDockerfile } from '../../drills/topology/dockerfile.ts';
import { type ProductProcess as Running, startProcess } from '../../gateway/testing/product-process.ts';
import type { ProductProcess } from '../check-deploy/product-processes.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { secretsFor } from '../keys/kubernetes-secrets.ts';
import { startGivenServer } from './given-server.ts';

/** The steps of the Dockerfile in an empty folder, and then a release from what the image contains. */
const project = join(import.meta.dirname, '../..');
const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync(), 120_000);

let image: string;
let databaseUrl: string;
let secrets: Readonly<Record<string, string>>;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-image-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  image = buildImage(project, folder);
  databaseUrl = resources.use(await startGivenServer(undefined, { app: 'createdb createrole' })).urlOf('app');
  secrets = await newComposeSecrets();
}, 400_000);

/** Starts a program of the image with the environment of the image and the secrets of its process. */
function start(process: ProductProcess, args: readonly string[], settings: NodeJS.ProcessEnv): Running {
  const { environment = {} } = readDockerfile(project).at(-1) ?? {};
  return startProcess(args, { ...environment, ...secretsFor(process, secrets), ...settings }, image);
}

const startSubgraph = (name: string): Running =>
  resources.use(
    start({ kind: 'subgraph', name }, ['commands/subgraph.ts', name], {
      PORT: '0',
      SUBGRAPH_DATABASE_URL: roleUrl(databaseUrl, databaseName, name, secrets['DATABASE_ROLE_SECRET'] ?? ''),
    }),
  );

const urlIn = (line: string): string => JSON.parse(line).url;

test('a release runs from the image: migrations, every subgraph, a gateway, and a response through both', async () => {
  const migrate = start({ kind: 'migrate' }, ['commands/migrate.ts'], { DATABASE_URL: databaseUrl });
  expect([await migrate.exitCode, ...migrate.lines].join('\n')).toMatch(/^0\n/);
  const subgraphs = subgraphNames.map((name) => ({ name, process: startSubgraph(name) }));
  const urls: Record<string, string> = {};
  for (const { name, process } of subgraphs)
    urls[`SUBGRAPH_URL_${name.toUpperCase()}`] = urlIn(await process.line('"listening"'));
  const gateway = resources.use(start({ kind: 'gateway' }, ['gateway/server.ts'], { PORT: '0', ...urls }));
  const url = urlIn(await gateway.line('"ready"'));

  const { sign } = createSigner(JSON.parse(secrets['ACCESS_SIGNING_KEY'] ?? ''));
  const authorization = `Bearer ${sign(somebody(['DISPATCHER']), accessTokens, 60)}`;
  const client = createGraphClient({ url: `${url}/graphql`, headers: { authorization }, attempts: 1 });
  const data = requireData(await client.send({ query: '{ vehicles(first: 1) { totalCount } }' }));
  expect(data).toEqual({ vehicles: { totalCount: 0 } });

  const [program = '', file = ''] = readDockerfile(project).at(-1)?.healthcheck ?? [];
  expect(program).toBe('node');
  const check = startProcess([file], { PORT: new URL(url).port }, image);
  expect([await check.exitCode, ...check.lines]).toEqual([0]);
}, 240_000);

test('every command of the image starts there: it prints its help, or says what it lacks', async () => {
  const names = globSync('commands/*.ts', { cwd: image }).toSorted();
  expect(names).toEqual(
    expect.arrayContaining(['accounts', 'keys', 'supergraph'].map((name) => `commands/${name}.ts`)),
  );
  for (const name of names) {
    const command = startProcess([name, '--help'], {}, image);
    const code = await command.exitCode;
    // Some are only imported by others, and print nothing.
    expect([name, command.lines.join('\n')]).toEqual([
      name,
      expect.stringMatching(code === 0 ? /^$|^(npm|node) .*\[options\]\n|^npm run / : /^PORT needs [^\n]*$/),
    ]);
  }
}, 120_000);

test('a gateway that refused a supergraph can be overruled in its container', async () => {
  const accept = [
    'commands/supergraph.ts',
    'accept',
    'a'.repeat(64),
    '--reason',
    'test',
    '--url',
    'http://127.0.0.1:1',
  ];
  const command = startProcess(accept, { GRAPH_TOKEN: 'token' }, image);
  expect(await command.exitCode).toBe(1);
  expect(command.lines.join('\n')).toContain("http://127.0.0.1:1 can't be reached");
});
