import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { runCheck } from '../preflight/check.ts';
import { checksByTarget } from '../preflight/checks.ts';
import type { Site } from '../preflight/site.ts';

const root = join(import.meta.dirname, '../..');
const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync());

/** A Prometheus that knows nothing but this age of the last backup, in seconds. */
let backupAge: number | undefined;
const prometheus = createServer(({ url = '' }, response) => {
  const result = backupAge === undefined ? [] : [{ metric: {}, value: [0, `${backupAge}`] }];
  const data = url.startsWith('/api/v1/query')
    ? { result }
    : url.startsWith('/api/v1/rules')
      ? { groups: [] }
      : { activeAlertmanagers: [] };
  response.end(JSON.stringify({ data }));
});

let site: Site;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freight-preflight-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  const subject = '/CN=graph.example';
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '90',
      '-subj',
      subject,
      '-addext',
      'subjectAltName=DNS:graph.example',
      '-keyout',
      files.key,
      '-out',
      files.cert,
    ],
    { stdio: 'ignore' },
  );
  const edge = createTlsServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) });
  for (const server of [prometheus, edge]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    resources.defer(() => void server.close());
  }
  resources.defer(() => prometheus.closeAllConnections());
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  const variables = { ...(await newComposeSecrets()), SERVER_NAME: 'graph.example' };
  site = {
    project: root,
    variables,
    prometheus: `http://127.0.0.1:${portOf(prometheus)}`,
    edge: `https://127.0.0.1:${portOf(edge)}`,
    plainEdge: 'http://127.0.0.1:1',
    disk: tmpdir(),
    now: Date.now,
  };
});

const run = (name: string, given: Site) => {
  const check = checksByTarget.compose.find((one) => one.name === name);
  if (!check) throw new Error(`There is no check ${name}.`);
  return runCheck(check, given);
};

test('there are 14 checks, each with a name of its own', () => {
  expect(new Set(checksByTarget.compose.map(({ name }) => name)).size).toBe(14);
});

/** The project with other files. What is not changed is linked. */
function projectWith(changes: Readonly<Record<string, string | undefined>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'freight-preflight-project-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  linkTo(root, folder, Object.keys(changes));
  for (const [path, text] of Object.entries(changes)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (text !== undefined) writeFileSync(join(folder, path), text);
  }
  return folder;
}

function linkTo(from: string, to: string, changed: readonly string[]): void {
  for (const name of readdirSync(from)) {
    const below = changed.filter((path) => path.startsWith(`${name}/`)).map((path) => path.slice(name.length + 1));
    if (below.length > 0) {
      mkdirSync(join(to, name));
      linkTo(join(from, name), join(to, name), below);
    } else if (!changed.includes(name)) symlinkSync(join(from, name), join(to, name));
  }
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const closed = 'postgres://freight:x@127.0.0.1:1/freight';
const other = await newComposeSecrets();
/** A key under another id: tokens name a key by it. */
function withOtherId(key = ''): string {
  return JSON.stringify({ ...z.record(z.string(), z.string()).parse(JSON.parse(key)), kid: 'zzz' });
}

const right: readonly [string, () => void][] = [
  ['environment', () => undefined],
  ['keys', () => undefined],
  [
    'backup',
    () => {
      backupAge = 3_600;
    },
  ],
  ['supergraph', () => undefined],
  ['disk', () => undefined],
  ['certificates', () => undefined],
  ['dashboards', () => undefined],
  ['image', () => undefined],
];

// release.ops.test.ts runs all of them on a running product.
test.each(right)('%s passes when it is right', async (name, prepare) => {
  prepare();
  expect(await run(name, site)).toEqual({ name, passed: true, says: expect.any(String), advice: undefined });
});

const wrong: readonly [string, string, () => Site, RegExp][] = [
  [
    'environment',
    'a secret is missing',
    () => ({ ...site, variables: { ...site.variables, API_KEY_SECRET: '' } }),
    /API_KEY_SECRET/,
  ],
  [
    'environment',
    'a setting has another form',
    () => ({ ...site, variables: { ...site.variables, LOG_LEVEL: 'loud' } }),
    /gateway-1: LOG_LEVEL/,
  ],
  [
    'keys',
    'a public key is another one',
    () => ({ ...site, variables: { ...site.variables, ACCESS_PUBLIC_KEYS: other['ACCESS_PUBLIC_KEYS'] } }),
    /public half of ACCESS_SIGNING_KEY/,
  ],
  [
    'keys',
    'a public key has another id',
    () => {
      const { ACCESS_SIGNING_KEY: key } = site.variables;
      return { ...site, variables: { ...site.variables, ACCESS_SIGNING_KEY: withOtherId(key) } };
    },
    /public half of ACCESS_SIGNING_KEY, with its id \(kid\)/,
  ],
  [
    'keys',
    'the secret of the roles is one that no process accepts',
    () => ({ ...site, variables: { ...site.variables, DATABASE_ROLE_SECRET: 'fifteen letters' } }),
    /DATABASE_ROLE_SECRET: use 16 characters or more\./,
  ],
  [
    'keys',
    'a role has another password',
    () => ({ ...site, variables: { ...site.variables, RISK_DATABASE_URL: closed } }),
    /RISK_DATABASE_URL: the password/,
  ],
  [
    'database',
    'it does not run',
    () => ({ ...site, variables: { ...site.variables, ACCESS_DATABASE_URL: closed } }),
    /ECONNREFUSED/,
  ],
  ['database', 'it was not migrated', () => atTestDatabase(), /migrations" does not exist/],
  [
    'backup',
    'the last one is old',
    () => {
      backupAge = 27 * 3_600;
      return site;
    },
    /27\.0 h old/,
  ],
  [
    'backup',
    'its age is no number',
    () => {
      backupAge = Number.NaN;
      return site;
    },
    /knows of no backup/,
  ],
  [
    'backup',
    'there is none',
    () => {
      backupAge = undefined;
      return site;
    },
    /knows of no backup/,
  ],
  [
    'supergraph',
    'its file is stale',
    () => ({ ...site, project: projectWith({ 'schema/supergraph.graphql': '# old' }) }),
    /is stale/,
  ],
  [
    'supergraph',
    'it does not compose',
    () => ({ ...site, project: projectWith({ 'subgraphs/risk/schema.graphql': 'type Query { risk: Missing }' }) }),
    /Missing/,
  ],
  [
    'documents',
    'a field is gone',
    () => ({
      ...site,
      project: projectWith({
        'schema/supergraph.graphql': read('schema/supergraph.graphql').replace('priceEstimate(', 'guessPrice('),
      }),
    }),
    /partner PriceEstimate: Cannot query field "priceEstimate"/,
  ],
  ['redis', 'it does not run', () => site, /^redis:.* cannot be used/],
  ['disk', 'it is full', () => ({ ...site, disk: '/proc' }), /\/proc has 0\.0 GiB free\. It needs/],
  [
    'clock',
    'it is an hour ahead',
    () => ({ ...atTestDatabase(), now: () => Date.now() + 3_600_000 }),
    /differ by 3600 s/,
  ],
  [
    'certificates',
    'it ends soon',
    () => ({ ...site, now: () => Date.now() + 80 * 86_400_000 }),
    /valid for (?:9|10) days/,
  ],
  [
    'certificates',
    'it has another name',
    () => ({ ...site, variables: { ...site.variables, SERVER_NAME: 'other.example' } }),
    /not for other\.example/,
  ],
  [
    'ports',
    'no process responds',
    () => site,
    /http:\/\/access:4001 does not respond[\s\S]*http:\/\/127\.0\.0\.1:1 does not respond/,
  ],
  [
    'dashboards',
    'a file was edited',
    () => ({ ...site, project: projectWith({ 'monitoring/grafana/dashboards/system.json': '{}' }) }),
    /system\.json is stale/,
  ],
  [
    'rules',
    'Prometheus has not loaded them',
    () => site,
    /Prometheus has no rule DatabaseDown\.[\s\S]*reaches no Alertmanager/,
  ],
  [
    'image',
    'the Dockerfile forgets a folder',
    () => ({
      ...site,
      project: projectWith({ Dockerfile: read('Dockerfile').replace('COPY subgraphs subgraphs', '') }),
    }),
    /lacks \d+ files .* subgraphs\//,
  ],
];

/** The roles of a server without tables. */
const atTestDatabase = (): Site => ({
  ...site,
  variables: { ...site.variables, ACCESS_DATABASE_URL: process.env['TEST_POSTGRES_URL'] },
});

test.each(wrong)('%s fails when %s', async (name, _why, given, says) => {
  const report = await run(name, given());
  expect(report).toEqual({
    name,
    passed: false,
    says: expect.stringMatching(says),
    advice: expect.stringMatching(/\.$/),
  });
});

test('every check is shown to fail', () => {
  expect(new Set(wrong.map(([name]) => name))).toEqual(new Set(checksByTarget.compose.map(({ name }) => name)));
});
