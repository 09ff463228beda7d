import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { post } from '../../client/post.ts';
import { type SmallGraph, startSmallGraph } from '../testing/small-graph.ts';

const root = resolve(import.meta.dirname, '../..');

const connectors = `
extend schema @link(url: "https://specs.apollo.dev/connect/v0.2", for: EXECUTION)
`;

/** The gateway as a process of its own, as an operator runs it. */
describe('npm run gateway', () => {
  let graph: SmallGraph;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    graph = await startSmallGraph();
    folder = mkdtempSync(join(tmpdir(), 'freight-server-'));
    file = join(folder, 'supergraph.graphql');
    writeFileSync(file, graph.supergraphSdl);
  });
  afterAll(async () => {
    await graph.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...flags: string[]): ChildProcess =>
    spawn('npm', ['run', '-s', 'gateway', '--', ...flags], {
      cwd: root,
      env: { ...process.env, ADMIN_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const changedFile = (change: (sdl: string) => string): string => {
    const changed = join(folder, 'changed.graphql');
    writeFileSync(changed, change(graph.supergraphSdl));
    return changed;
  };
  const textOf = (stream: Readable | null) => (stream ? text(stream) : '');

  test('serves any supergraph, logs one line, and ends on SIGTERM', async () => {
    const gateway = start('--supergraph', file, '--port', '0');
    const lines: string[] = [];
    const output = createInterface({ input: gateway.stdout! }).on('line', (line) => lines.push(line));
    await once(output, 'line');
    const { url } = JSON.parse(lines[0]!);
    const { data } = await post(`${url}/graphql`, '{"query":"{ people { name } }"}');
    expect(data).toEqual({ people: [{ name: 'Ada' }, { name: 'Grace' }] });
    const ended = once(gateway, 'exit');
    gateway.kill('SIGTERM');
    await ended;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    expect(lines).toHaveLength(1);
  });

  test('a taken port is reported in one clear line', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const gateway = start('--supergraph', file, '--port', String(port));
    const [errors, [code]] = await Promise.all([textOf(gateway.stderr), once(gateway, 'exit')]);
    holder.close();
    expect([code, errors.trim().split('\n')]).toEqual([
      1,
      [expect.stringMatching(/^PORT: a free port is required for the gateway; 127\.0\.0\.1:\d+ is in use/)],
    ]);
  });

  test.each([
    [
      'a missing file',
      () => ['--supergraph', join(folder, 'none.graphql')],
      /^--supergraph: use a readable supergraph file instead of/,
    ],
    [
      'a file that is not a supergraph',
      () => ['--supergraph', resolve(root, 'package.json')],
      /^--supergraph: a composed supergraph is required/,
    ],
    [
      'a supergraph whose subgraph has no address',
      () => ['--supergraph', changedFile((sdl) => sdl.replace(/(name: "people", url: )"[^"]*"/, '$1""'))],
      /^SUBGRAPH_URL_PEOPLE: an http\(s\) address is required for subgraph "people"; the supergraph says ""$/,
    ],
    [
      'a supergraph with an unsupported feature',
      () => ['--supergraph', changedFile((sdl) => `${sdl}\n${connectors}`)],
      /^--supergraph: a composed supergraph is required; .* feature \S+connect\/v0\.2 is for: EXECUTION but is unsupported$/,
    ],
    [
      'an address of another machine',
      () => ['--supergraph', file, '--host', '192.0.2.1'],
      /^HOST: use an address of this machine for the gateway instead of 192\.0\.2\.1$/,
    ],
    ['a flag that does not exist', () => ['--supergrap', 'x'], /^--supergrap is no option/],
  ])('%s is reported in one clear line', async (_what, flags, message) => {
    const gateway = start(...flags());
    const [errors, [code]] = await Promise.all([textOf(gateway.stderr), once(gateway, 'exit')]);
    expect([code, errors.trim().split('\n')]).toEqual([1, [expect.stringMatching(message)]]);
  });
});
