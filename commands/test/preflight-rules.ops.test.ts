import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '#shared/runtime/ports.ts';
import { until } from '../../test/graph/until.ts';
import { rulesCheck } from '../preflight/alert-rules.ts';
import { runCheck } from '../preflight/check.ts';

const root = join(import.meta.dirname, '../..');

interface Loaded {
  readonly data: { readonly groups: { rules: { name: string; query: string; duration?: number; health: string }[] }[] };
}

/** Prometheus with the rules of this version, and a proxy before it that can change what it says of them. */
const resources = new AsyncDisposableStack();
let change: (loaded: Loaded) => void;
let address: string;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-preflight-rules-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { evaluation_interval: '1s' },
      rule_files: [join(root, 'monitoring/prometheus/rules/*.yml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:1'] }] }] },
    }),
  );
  const own = `127.0.0.1:${await freePort()}`;
  const flags = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=${own}`];
  const prometheus: ChildProcess = spawn('prometheus', flags, { cwd: folder, stdio: 'ignore' });
  const exited = once(prometheus, 'exit');
  resources.defer(async () => {
    prometheus.kill();
    await exited;
  });
  const proxy = createServer(async ({ url = '' }, response) => {
    const answer: unknown = await (await fetch(`http://${own}${url}`)).json();
    if (url === '/api/v1/rules') change(answer as Loaded); // of Prometheus
    response.end(JSON.stringify(answer));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  resources.defer(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  change = () => undefined;
  const ask = (path: string) =>
    fetch(`http://${own}${path}`).then(
      (response) => response.text(),
      () => '',
    );
  const isEvaluated = (text: string) => text.includes('"health":"ok"') && !text.includes('"health":"unknown"');
  await until(() => ask('/api/v1/rules'), isEvaluated);
  await until(
    () => ask('/api/v1/alertmanagers'),
    (text) => text.includes('127.0.0.1:1'),
  );
}, 60_000);
afterAll(() => resources.disposeAsync());

const run = () =>
  runCheck(rulesCheck, {
    project: root,
    variables: {},
    prometheus: address,
    edge: '',
    plainEdge: '',
    disk: '',
    now: Date.now,
  });

test('rules of this version that Prometheus has loaded pass, however it writes their expressions', async () => {
  change = () => undefined;
  expect(await run()).toMatchObject({ passed: true, says: expect.stringMatching(/^Prometheus has all \d+ rules\.$/) });
});

const rulesOf = ({ data }: Loaded, name: string) =>
  data.groups.flatMap(({ rules }) => rules).filter((rule) => rule.name === name);

test.each<[string, (loaded: Loaded) => void, string]>([
  [
    'an expression is another one',
    (loaded) => Object.assign(rulesOf(loaded, 'DatabaseDown')[0]!, { query: 'pg_up == 2' }),
    'Prometheus has another rule DatabaseDown: its expression, `for` or labels differ.',
  ],
  [
    'an alert waits for another time',
    (loaded) => Object.assign(rulesOf(loaded, 'DatabaseDown')[0]!, { duration: 300 }),
    'Prometheus has another rule DatabaseDown: its expression, `for` or labels differ.',
  ],
  [
    'one of two alerts of a name is missing',
    ({ data }) => {
      for (const group of data.groups) {
        const at = group.rules.findIndex(({ name }) => name === 'DiskFull');
        if (at >= 0) group.rules.splice(at, 1);
      }
    },
    'Prometheus has 1 rules DiskFull; it needs 2.',
  ],
  [
    'one of three alerts of a name fails',
    (loaded) => Object.assign(rulesOf(loaded, 'ErrorBudgetBurns')[0]!, { health: 'err', lastError: 'many-to-many' }),
    'The rule ErrorBudgetBurns fails: many-to-many.',
  ],
  [
    'a rule was not evaluated',
    (loaded) => Object.assign(rulesOf(loaded, 'gateway:request_failures:ratio_rate5m')[0]!, { health: 'unknown' }),
    'The rule gateway:request_failures:ratio_rate5m was not evaluated yet.',
  ],
])('the check fails when %s', async (_when, changed, says) => {
  change = changed;
  expect(await run()).toMatchObject({ passed: false, says });
});
