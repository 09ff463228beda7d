import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requireData } from '../../client/data.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { demoCredentials } from '../../demo/accounts.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';

/** `npm run new -- subgraph NAME`, in a copy of the project. */
const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'freight-new-'));
  const left = ['.git', '.data', 'node_modules'];
  cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Compiled code of the copy leaves with it. */
const cache = () => ({ NODE_COMPILE_CACHE: join(copy, '.cache') });
const inCopy = (command: string, ...args: readonly string[]) =>
  run(command, args, { cwd: copy, env: { ...process.env, ...cache() } });

describe('a new subgraph', () => {
  const paths = () =>
    globSync('**', { cwd: copy, exclude: (name) => ['node_modules', '.cache'].includes(name) }).sort();

  test('is not begun under a name that is taken', async () => {
    const before = paths();
    expect(before.length).toBeGreaterThan(1_000);
    await expect(inCopy('node', 'commands/new.ts', 'subgraph', 'fleet')).rejects.toMatchObject({
      code: 1,
      stderr: 'NAME needs a name that no subgraph has. Got "fleet".\n',
    });
    expect(paths()).toEqual(before);
  });

  test('has the form, the types and the imports that the project asks for', async () => {
    const { stdout } = await inCopy('node', 'commands/new.ts', 'subgraph', 'loading-docks');
    expect(stdout).toContain('subgraphs/loading-docks is written, with the type LoadingDock.');
    expect(readFileSync(join(copy, 'supergraph.yaml'), 'utf8')).toContain('http://127.0.0.1:4008/graphql');
    const include = ['subgraphs/loading-docks', 'commands/all-subgraphs.ts'];
    writeFileSync(join(copy, 'tsconfig.new.json'), JSON.stringify({ extends: './tsconfig.json', include }));
    await inCopy('node_modules/.bin/tsc', '--project', 'tsconfig.new.json');
    await inCopy(
      'node_modules/.bin/biome',
      'check',
      '--error-on-warnings',
      ...include,
      'subgraphs/shared/identity/identity.ts',
    );
    await inCopy('node', 'commands/check-imports.ts');
    await inCopy('node', 'commands/compose.ts', '--check');
  });

  test('has tests that pass', async () => {
    const jest = ['--no-warnings', 'node_modules/jest/bin/jest.js', '-w', '1'];
    const { stderr } = await inCopy('node', ...jest, 'subgraphs/loading-docks');
    expect(stderr).toMatch(/Tests: +8 passed, 8 total/);
  });

  test('is served by the gateway of npm start', async () => {
    const settings = {
      DATA_DIR: join(copy, '.data'),
      PORT: '0',
      SUBGRAPH_BASE_PORT: '0',
      SEED_SHIPMENTS: '200',
      ...cache(),
    };
    await using product = startProcess(['commands/start.ts', '--no-simulator'], settings, copy);
    await product.line('Ctrl-C stops everything');
    const url = /http:\S+/.exec(await product.line('Graph '))?.[0] ?? '';
    const client = createGraphClient({ url, account: demoCredentials('admin'), attempts: 1 });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into data of any shape
    const ask = async (query: string) => requireData(await client.send<any>({ query }));

    const create = `mutation { createLoadingDock(input: { name: "North 1", idempotencyKey: "loading-dock-1" }) {
      loadingDock { id name } userErrors { code }
    } }`;
    const created = await ask(create);
    expect(created).toEqual({
      createLoadingDock: { loadingDock: { id: expect.any(String), name: 'North 1' }, userErrors: [] },
    });
    expect(await ask(create)).toEqual(created);
    const { loadingDock } = created.createLoadingDock;
    const query = `{ loadingDock(id: "${loadingDock.id}") { name } loadingDocks { nodes { id name } totalCount } }`;
    expect(await ask(query)).toEqual({
      loadingDock: { name: 'North 1' },
      loadingDocks: { nodes: [loadingDock], totalCount: 1 },
    });
    // Anonymous callers see a schema without the fields of staff.
    const hidden = (field: string) => ({
      message: expect.stringContaining(`Cannot query field "${field}" on type "Query".`),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(await createGraphClient({ url, attempts: 1 }).send({ query })).toMatchObject({
      errors: [hidden('loadingDock'), hidden('loadingDocks')],
    });
  });
});
