import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** Commands that need the secrets of an installation make no secrets of their own, which would fit no database. */
const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const administrator = { DATABASE_URL: 'postgres://postgres:hunter2@127.0.0.1:1/postgres' };
const isNotSet = (name: string, file: string) =>
  `${name} is not set: give that of the installation, or DATA_DIR with its file ${file}.\n`;

test.each([
  [
    'migrate.ts --urls',
    administrator,
    'DATABASE_ROLE_SECRET is not set: the passwords in the URLs follow from it. Give that of the installation.\n',
  ],
  [
    'keys.ts rotate-fields',
    administrator,
    isNotSet('FIELD_KEYS', 'field-keys') + isNotSet('BLIND_INDEX_KEY', 'blind-index-key'),
  ],
  ['keys.ts api-keys', administrator, isNotSet('DATABASE_ROLE_SECRET', 'database-role-secret')],
])('%s without the secrets of the installation is refused', async (call, settings, message) => {
  const DATA_DIR = join(folder, 'data');
  const refused = run(process.execPath, `commands/${call}`.split(' '), {
    cwd: root,
    env: { PATH: process.env['PATH'], DATA_DIR, ...settings },
  });
  await expect(refused).rejects.toMatchObject({ code: 1, stdout: '', stderr: message });
  expect(existsSync(DATA_DIR)).toBe(false);
});
