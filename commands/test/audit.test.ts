import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asAdmin } from '#shared/database/provision.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { sealRecords } from '../../subgraphs/access/store/audit-chain.ts';

const folder = mkdtempSync(join(tmpdir(), 'freight-audit-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
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
