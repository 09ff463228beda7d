import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { readWrittenFile } from '../../drills/topology/compose-file.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  server.close();
  await once(server, 'close');
  return port;
}

/** infra/haproxy/haproxy.cfg on two ports of this machine, without a certificate and without gateways. */
async function startProxy(httpsPort: string) {
  const resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'freight-proxy-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [plain, metrics] = [await freePort(), await freePort()];
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(join(folder, 'release.map'), 'share 0\n');
  writeFileSync(
    file,
    readFileSync(join(root, 'infra/haproxy/haproxy.cfg'), 'utf8')
      .replaceAll('/var/lib/haproxy/', `${folder}/`)
      .replace(/maxconn \d+/, 'maxconn 100')
      .replace('bind :8080', `bind 127.0.0.1:${plain}`)
      .replace('bind :8404', `bind 127.0.0.1:${metrics}`)
      .replace(/bind :8443 ssl .*/, `bind 127.0.0.1:${await freePort()}`),
  );
  const proxy = spawn('haproxy', ['-db', '-q', '-f', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HTTPS_PORT: httpsPort },
  });
  resources.defer(async () => {
    const exit = once(proxy, 'exit');
    proxy.kill('SIGKILL');
    await exit;
  });
  const serves = () =>
    fetch(`http://127.0.0.1:${metrics}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await serves()));
  return { plain, metrics, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test.each([
  ['443', 'https://127.0.0.1/graphql?a=1'],
  ['9443', 'https://127.0.0.1:9443/graphql?a=1'],
])('a request in plain text is sent to the port %s of the host', async (httpsPort, expected) => {
  await using proxy = await startProxy(httpsPort);
  const response = await fetch(`http://127.0.0.1:${proxy.plain}/graphql?a=1`, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([308, expected]);
});

test('the health check of docker-compose.yml finds out whether the proxy serves', async () => {
  const { proxy: service } = readWrittenFile(join(root, 'docker-compose.yml')).services;
  const [, program = '', ...given] = [service?.healthcheck?.test ?? []].flat();
  const check = (port: number) =>
    run(
      program,
      given.map((part) => part.replace('/8404', `/${port}`)),
    );
  await using proxy = await startProxy('443');
  await expect(check(proxy.metrics)).resolves.toBeDefined();
  await expect(check(await freePort())).rejects.toThrow();
});
