import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { Agent, request } from 'node:https';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HaproxyEdge } from '../haproxy-edge.ts';
import { noTraffic } from '../plan.ts';

const root = join(import.meta.dirname, '../..');
const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync());

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

/** A gateway that says its name. */
async function startGateway(name: string): Promise<Server> {
  const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

let edge: HaproxyEdge;
let https: number;
let next: Server;
const agent = new Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 10 });
resources.defer(() => agent.destroy());

/** infra/haproxy/haproxy.cfg with two gateways of this test, on ports of this machine. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-edge-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string) => join(folder, name);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=proxy', '-keyout', file('key.pem'), '-out', file('certificate.pem')],
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(
    file('server.pem'),
    readFileSync(file('certificate.pem'), 'utf8') + readFileSync(file('key.pem'), 'utf8'),
  );
  writeFileSync(file('release.map'), 'share 0\n');
  const standing = await startGateway('standing');
  next = await startGateway('next');
  https = await freePort();
  const config = readFileSync(join(root, 'infra/haproxy/haproxy.cfg'), 'utf8')
    .replaceAll(' resolvers docker', '')
    .replace(/^resolvers docker\n(?: .*\n)*/m, '')
    .replace(/maxconn \d+/, 'maxconn 500')
    .replaceAll('inter 2s', 'inter 500ms')
    .replaceAll('/certificates/', `${folder}/`)
    .replaceAll('/var/lib/haproxy/', `${folder}/`)
    .replace(/next-gateway-([12]):4000/g, `127.0.0.1:${portOf(next)}`)
    .replace(/gateway-([12]):4000/g, `127.0.0.1:${portOf(standing)}`)
    .replace('bind :8443', `bind 127.0.0.1:${https}`)
    .replace('bind :8080', `bind 127.0.0.1:${await freePort()}`)
    .replace('bind :8404', `bind 127.0.0.1:${await freePort()}`);
  writeFileSync(file('haproxy.cfg'), config);
  const haproxy = spawn('haproxy', ['-db', '-q', '-f', file('haproxy.cfg')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  resources.defer(async () => {
    const exit = once(haproxy, 'exit');
    haproxy.kill('SIGKILL');
    await exit;
  });
  edge = new HaproxyEdge({ socket: file('admin.sock'), map: file('release.map'), mapName: file('release.map') });
  await edge.up('gateways');
  await edge.up('next-gateways');
});

/** Sends a request. @returns who answered */
async function ask(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const sent = request({ host: '127.0.0.1', port: https, path: '/graphql', agent, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  return text(response);
}

const tokenOf = (claims: object) =>
  `Bearer ${['{"alg":"EdDSA"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')}`;

const keys = Array.from({ length: 300 }, (_, index) => ({ 'x-api-key': `ifk_live_${(index * 7_919).toString(36)}` }));
const askAll = () => Promise.all(keys.map(ask));

test('a share of the callers gets the next version, each caller the same one every time, and more and more of them', async () => {
  await edge.direct(noTraffic);
  expect(new Set(await askAll())).toEqual(new Set(['standing']));
  await edge.direct({ percent: 25, chosen: [] });
  const some = await askAll();
  expect(await askAll()).toEqual(some);
  const count = some.filter((one) => one === 'next').length;
  expect(count).toBeGreaterThan(45);
  expect(count).toBeLessThan(105);
  await edge.direct({ percent: 50, chosen: [] });
  const more = await askAll();
  expect(some.every((one, index) => one === 'standing' || more[index] === 'next')).toBe(true);
  await edge.direct({ percent: 100, chosen: [] });
  expect(new Set(await askAll())).toEqual(new Set(['next']));
  expect(await ask()).toBe('next');
});

test('an account keeps its version when its token is renewed', async () => {
  await edge.direct({ percent: 50, chosen: [] });
  const accounts = Array.from({ length: 40 }, (_, index) => `account-${index}`);
  const askWith = (iat: number) => Promise.all(accounts.map((sub) => ask({ authorization: tokenOf({ sub, iat }) })));
  const first = await askWith(1);
  expect(await askWith(2)).toEqual(first);
  expect(new Set(first).size).toBe(2);
});

test('chosen organizations and API keys get the next version, and nobody else', async () => {
  await edge.direct({ percent: 0, chosen: ['org-1', 'ifk_live_4f9A'] });
  expect(await ask({ authorization: tokenOf({ sub: 'one', organizationId: 'org-1' }) })).toBe('next');
  expect(await ask({ authorization: tokenOf({ sub: 'one', organizationId: 'org-2' }) })).toBe('standing');
  expect(await ask({ 'x-api-key': 'ifk_live_4f9Azzzzzzzz' })).toBe('next');
  expect(await ask({ 'x-api-key': 'ifk_live_4f9Bzzzzzzzz' })).toBe('standing');
  // The map also has a line for the share; naming it chooses nothing.
  expect(await ask({ 'x-api-key': 'share' })).toBe('standing');
  expect(await ask({ authorization: tokenOf({ organizationId: 'share' }) })).toBe('standing');
  expect(await ask({ authorization: 'Bearer no.token' })).toBe('standing');
});

test('callers get the former version when no gateway of the next one is left', async () => {
  await edge.direct({ percent: 100, chosen: [] });
  expect(await ask()).toBe('next');
  next.close();
  next.closeAllConnections();
  const until = Date.now() + 10_000;
  // HAProxy closes the connection of a client whose request met a connection to a gateway that is just closed.
  const askOrClosed = () => ask().catch(() => 'closed');
  while ((await askOrClosed()) !== 'standing' && Date.now() < until);
  expect(new Set(await askAll())).toEqual(new Set(['standing']));
});
