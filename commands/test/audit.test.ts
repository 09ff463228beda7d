import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabase } from '#shared/database/database.ts';
import { asAdmin } from '#shared/database/provision.ts';
import { createLog } from '#shared/runtime/log.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { sealRecords } from '../../subgraphs/access/store/audit-chain.ts';
import { accessTables } from '../../subgraphs/access/subgraph.ts';

const folder = mkdtempSync(join(tmpdir(), 'freight-audit-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createTables();
  await inDatabase(async (client) => {
    await client.query(
      `insert into audit.entry (id, at, subgraph, action, changes, request_id)
        select gen_random_uuid(), '2026-01-01', 'access', 'SIGNED_IN', '[]', 'request ' || n from generate_series(1, 5) n`,
    );
    await sealRecords(client);
  });
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function createTables(): Promise<void> {
  const { name, entities, migrations } = accessTables;
  const log = createLog(name, 'silent');
  const access = await openDatabase({
    url: database.urlFor(name),
    schema: name,
    entities,
    migrations,
    log,
    statementTimeoutMs: 10_000,
  });
  await access.migrate().finally(() => access.close());
}

function inDatabase<T>(run: Parameters<typeof asAdmin<T>>[2]): Promise<T> {
  return asAdmin(process.env['TEST_POSTGRES_URL'] ?? '', database.name, async (client) => {
    await client.query('set time zone UTC');
    return run(client);
  });
}

async function audit(...words: string[]) {
  const run = startProcess(['commands/audit.ts', ...words], { SUBGRAPH_DATABASE_URL: database.urlFor('access') });
  return { exitCode: await run.exitCode, output: run.lines.join('\n') };
}

test('an export is continued where the last one ended', async () => {
  const [whole, parts] = [join(folder, 'whole.jsonl'), join(folder, 'parts.jsonl')];
  expect(await audit('export', '--file', whole)).toEqual({ exitCode: 0, output: '' });
  expect((await audit('export', '--file', parts, '--to', '2')).exitCode).toBe(0);
  expect((await audit('export', '--file', parts, '--from', '3')).exitCode).toBe(0);
  expect(readFileSync(parts, 'utf8')).toBe(readFileSync(whole, 'utf8'));
  const lines = readFileSync(whole, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(
    [1, 2, 3, 4, 5].map((sequence) => ({ sequence, kind: 'entry', record: { request_id: `request ${sequence}` } })),
  );
});

test('an export into a program that reads no further ends without an error', async () => {
  const { stderr } = await promisify(execFile)(
    'bash',
    ['-c', 'node --no-warnings commands/audit.ts export | true; exit $PIPESTATUS'],
    {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, SUBGRAPH_DATABASE_URL: database.urlFor('access') },
    },
  );
  expect(stderr).toBe('');
});

test('verify names the head, and later the first link that is not as it was written', async () => {
  const { exitCode, output } = await audit('verify');
  expect({ exitCode, output }).toEqual({
    exitCode: 0,
    output: expect.stringMatching(/^5 links are right, up to 5\. The head is 5:[0-9a-f]{64}\.$/),
  });
  const [head] = /5:[0-9a-f]{64}/.exec(output) ?? [''];
  expect((await audit('verify', '--head', head)).exitCode).toBe(0);
  await inDatabase((client) =>
    client.query(`update audit.entry set action = 'SIGNED_OUT' where request_id = 'request 4'`),
  );
  expect(await audit('verify', '--head', head)).toEqual({
    exitCode: 1,
    output: expect.stringMatching(/^ALTERED at link 4, record [0-9a-f-]{36}\. 3 links are right, up to 3\./),
  });
});

test('review shows what each account may do and when it was used, without secrets', async () => {
  const [person, machine, key] = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
  await inDatabase((client) =>
    client.query(`set search_path = access, public;
      insert into organization (id, name, name_key, tier, created_at) values ('${key}', 'Acme', 'acme', 'STANDARD', '2026-01-01');
      insert into account (id, email, name, name_key, roles, organization_id, password_hash, created_at) values
        ('${person}', 'ada@example.com', 'Ada', 'ada', '{ADMIN}', null, 'secret hash', '2026-01-01'),
        ('${machine}', 'key@api-key.invalid', 'Import', 'import', '{PARTNER}', '${key}', null, '2026-01-02');
      insert into session (id, account_id, token_hash, created_at, refreshed_at)
        values ('${key}', '${person}', 'secret hash', '2026-02-01', '2026-02-03');
      insert into second_factor (account_id, secret, created_at, confirmed_at)
        values ('${person}', 'secret', '2026-01-03', '2026-01-04');
      insert into recovery_code (account_id, hash, used_at)
        values ('${person}', 'secret hash 1', null), ('${person}', 'secret hash 2', '2026-02-01');
      insert into api_key (id, account_id, organization_id, name, prefix, hash, scopes, allowed_networks, created_at, last_used_at)
        values ('${key}', '${machine}', '${key}', 'Import', 'live_', 'secret hash', '{shipments:read}', '{192.0.2.0/24}', '2026-01-02', '2026-03-01');
      insert into audit.entry (id, at, subgraph, action, target_kind, target_id, changes, request_id)
        select gen_random_uuid(), at, 'access', action, 'Account', '${person}', '[]', 'sign-in'
        from (values ('2026-01-05'::timestamptz, 'SIGNED_IN'), ('2026-02-01', 'SIGNED_IN'), ('2026-02-02', 'SIGN_IN_FAILED')) e (at, action);`),
  );
  const { exitCode, output } = await audit('review');
  expect(exitCode).toBe(0);
  expect(output).not.toMatch(/secret|hash/);
  expect(output.split('\n').map((line) => JSON.parse(line))).toMatchObject([
    {
      email: 'ada@example.com',
      roles: ['ADMIN'],
      organizationName: null,
      canSignIn: true,
      lastSignInAt: '2026-02-01T00:00:00.000Z',
      lastSessionUseAt: '2026-02-03T00:00:00.000Z',
      secondFactorSince: '2026-01-04T00:00:00.000Z',
      unusedRecoveryCodes: 1,
      apiKeyId: null,
    },
    {
      accountId: machine,
      roles: ['PARTNER'],
      organizationName: 'Acme',
      canSignIn: false,
      lastSignInAt: null,
      secondFactorSince: null,
      apiKeyName: 'Import',
      apiKeyScopes: ['shipments:read'],
      apiKeyNetworks: ['192.0.2.0/24'],
      apiKeyLastUsedAt: '2026-03-01T00:00:00.000Z',
    },
  ]);
});

test('review with other keys than those of the database says which setting is wrong', async () => {
  await inDatabase((client) =>
    client.query(`insert into access.key_check (blind_index, sealed) values ('of another key', 'x')`),
  );
  expect(await audit('review')).toEqual({
    exitCode: 1,
    output: expect.stringMatching(/^BLIND_INDEX_KEY: the database of access was written with another key\..*$/),
  });
});
