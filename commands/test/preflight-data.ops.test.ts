import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabase } from '#shared/database/database.ts';
import { requireKeys } from '#shared/database/key-check.ts';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { newBlindIndexKey } from '#shared/identity/blind-indexes.ts';
import { createFieldCipher } from '#shared/identity/field-cipher.ts';
import { FIELD_KEYS, newFieldKey } from '#shared/identity/field-keys.ts';
import { BLIND_INDEX_KEY } from '#shared/identity/key-settings.ts';
import { createLog } from '#shared/runtime/log.ts';
import { freePort } from '#shared/runtime/ports.ts';
import { defaultLimits } from '#shared/settings/limits.ts';
import { accessTables } from '../../subgraphs/access/subgraph.ts';
import { until } from '../../test/graph/until.ts';
import { allTables } from '../all-subgraphs.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { runCheck } from '../preflight/check.ts';
import { databaseCheck, redisCheck } from '../preflight/services.ts';
import type { Site } from '../preflight/site.ts';
import { startGivenServer } from './given-server.ts';

const root = join(import.meta.dirname, '../..');
const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync());

/** A migrated installation, whose access subgraph has noted its keys. */
let site: Site;
beforeAll(async () => {
  const { superuserUrl } = resources.use(await startGivenServer(undefined, {}));
  const secrets = await newComposeSecrets();
  const roleSecret = secrets['DATABASE_ROLE_SECRET'] ?? '';
  const urlOf = (name: string) => roleUrl(superuserUrl, databaseName, name, roleSecret);
  const urls = allTables.map(({ name }) => [`${name.toUpperCase()}_DATABASE_URL`, urlOf(name)] as const);
  site = {
    project: root,
    variables: { ...secrets, ...Object.fromEntries(urls) },
    prometheus: '',
    edge: '',
    plainEdge: '',
    disk: '',
    now: Date.now,
  };
  const env = { ...process.env, DATABASE_URL: superuserUrl, DATABASE_ROLE_SECRET: roleSecret };
  await promisify(execFile)(process.execPath, ['commands/migrate.ts'], { cwd: root, env });
  const { name, entities, migrations } = accessTables;
  const { statementTimeoutMs } = defaultLimits;
  const log = createLog(name, 'silent');
  const cipher = createFieldCipher({
    fieldKeys: FIELD_KEYS.unwrap().parse(secrets['FIELD_KEYS']),
    blindIndexKeys: BLIND_INDEX_KEY.unwrap().parse(secrets['BLIND_INDEX_KEY']),
  });
  const database = await openDatabase({
    url: urlOf(name),
    schema: name,
    entities,
    migrations,
    log,
    cipher,
    statementTimeoutMs,
  });
  await requireKeys(database, name);
  await database.close();
}, 120_000);

const check = (variables: Readonly<Record<string, string>>) =>
  runCheck(databaseCheck, { ...site, variables: { ...site.variables, ...variables } });

test('the database passes with the keys with which its rows were written', async () => {
  expect(await check({})).toMatchObject({ passed: true, says: expect.stringContaining('the keys are those') });
});

test.each<[string, () => string]>([
  ['BLIND_INDEX_KEY', () => 'x'.repeat(64)],
  ['BLIND_INDEX_KEY', newBlindIndexKey],
  ['FIELD_KEYS', newFieldKey],
])('the database fails with another %s', async (name, make) => {
  expect(await check({ [name]: make() })).toMatchObject({
    passed: false,
    says: expect.stringMatching(new RegExp(`^${name}: the (?:key|database) .*of access .*backup of secrets`)),
  });
});

test('the database passes while a key rotates', async () => {
  const rotated = {
    BLIND_INDEX_KEY: `${newBlindIndexKey(new Date('2100-01-01'))},${site.variables['BLIND_INDEX_KEY']}`,
  };
  expect(await check(rotated)).toMatchObject({ passed: true });
});

test('a frozen Redis, which still accepts connections, fails its check', async () => {
  const port = await freePort();
  const project = mkdtempSync(join(tmpdir(), 'freight-preflight-redis-'));
  const server = spawn('redis-server', ['--port', `${port}`, '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' });
  const exited = once(server, 'exit');
  try {
    const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
    writeFileSync(
      join(project, 'docker-compose.yml'),
      text.replaceAll('redis://redis:6379', `redis://127.0.0.1:${port}`),
    );
    const run = () => runCheck(redisCheck, { ...site, project });
    await until(run, ({ says }) => says === 'Redis cannot write its log.' || /responds/.test(says));
    server.kill('SIGSTOP');
    expect(await run()).toMatchObject({
      passed: false,
      says: expect.stringMatching(/^redis:.* cannot be used: Command timed out$/),
    });
  } finally {
    server.kill('SIGKILL');
    await exited;
    rmSync(project, { recursive: true, force: true });
  }
});
