import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startTestGateway } from '../testing/test-gateway.ts';

test('the explorer and everything that it loads come from this server', async () => {
  await using gateway = await startTestGateway();
  const page = await fetch(gateway.url);
  expect(page.url).toBe(`${gateway.url}/explorer`);
  const html = await page.text();
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
  expect(loaded.length).toBeGreaterThan(4);
  for (const address of loaded) {
    expect(address).toMatch(/^\/explorer\//);
    const response = await fetch(gateway.url + address);
    expect([address, response.status]).toEqual([address, 200]);
    expect(response.headers.get('content-type')).toMatch(address.endsWith('.css') ? /css/ : /javascript/);
    // An unread response would keep its connection busy, and the gateway waits for it when it stops.
    await response.bytes();
  }
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/https?:/);
});

test('no other file of the folder is served', async () => {
  await using gateway = await startTestGateway();
  for (const path of [
    '/explorer/explorer-routes.ts',
    '/explorer/../config.ts',
    '/explorer/%2e%2e/config.ts',
    '/package.json',
  ]) {
    const { status, headers } = await fetch(gateway.url + path);
    expect([path, status, headers.get('content-type')]).toEqual([path, 404, expect.stringContaining('json')]);
  }
});

test('the first tabs of the freight graph show how to sign in; any other graph gets one empty tab', async () => {
  await using any = await startTestGateway();
  expect(await (await fetch(`${any.url}/explorer/tabs.js`)).text()).not.toContain('signIn');
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-explorer-'));
  try {
    await using freight = await startTestGateway({ access: { kind: 'freight', dataDir } });
    expect(await (await fetch(`${freight.url}/explorer/tabs.js`)).text()).toContain('signIn(');
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

test('browsers get an icon', async () => {
  await using gateway = await startTestGateway();
  const icon = await fetch(`${gateway.url}/favicon.ico`);
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
});
