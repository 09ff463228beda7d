import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const run = promisify(execFile);
const script = readFileSync(join(import.meta.dirname, '../../infra/haproxy/self-signed.sh'), 'utf8');

let folder: string;
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-self-signed-'));
  temporary = join(folder, 'tmp');
  mkdirSync(temporary);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the script for a volume of its own, as the topology does. @returns what it wrote for the proxy */
async function start(name: string): Promise<string> {
  const volume = join(folder, name);
  for (const part of ['state', 'certificates']) mkdirSync(join(volume, part), { recursive: true });
  const file = join(volume, 'self-signed.sh');
  writeFileSync(
    file,
    script.replaceAll(/(?<= )\/state|(?<==)\/certificates/g, (path) => volume + path),
  );
  await run('sh', [file], { env: { PATH: process.env['PATH'], SERVER_NAME: name, TMPDIR: temporary } });
  return readFileSync(join(volume, 'certificates/server.pem'), 'utf8');
}

test('edges that start at the same time each get a certificate and its key', async () => {
  const names = ['one.example', 'two.example'];
  const files = await Promise.all(names.map(start));
  const found = files.map((pem) => {
    const certificate = new X509Certificate(pem);
    return { host: certificate.subjectAltName, isOwnKey: certificate.checkPrivateKey(createPrivateKey(pem)) };
  });
  expect(found).toEqual(names.map((name) => ({ host: `DNS:${name}`, isOwnKey: true })));
});

test('the private key is not left in the temporary folder', async () => {
  await start('one.example');
  expect(readdirSync(temporary)).toEqual([]);
});
