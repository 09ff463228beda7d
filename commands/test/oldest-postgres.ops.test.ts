import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { oldestPostgres } from './given-server.ts';

/** PostgreSQL 15 to 18: `npm test` runs on the newest. `given-postgres.ops.test.ts` provisions on the oldest. */
const root = join(import.meta.dirname, '../..');
/** Lists that are searched, sorted and filtered, in text of any language. */
const suites = [
  'shipments/test/search',
  'shipments/test/text-keys',
  'risk/test/watchlist',
  'risk/test/text-keys',
  'fleet/test/filters',
];
const installed = oldestPostgres();

test('searches give the same results on the oldest PostgreSQL that is installed here', () => {
  if (!installed) {
    // Optional on the machine of a developer, required in CI (.ci/run installs it).
    expect(process.env['CI']).toBeUndefined();
    return;
  }
  const files = suites.map((suite) => `subgraphs/${suite}.test.ts`);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', 'node_modules/jest/bin/jest.js', '--runInBand', ...files],
    { cwd: root, encoding: 'utf8', env: { ...process.env, TEST_POSTGRES_PROGRAMS: installed.folder } },
  );
  expect(stderr).toContain(`Test Suites: ${suites.length} passed, ${suites.length} total`);
  expect(status).toBe(0);
}, 300_000);

test('SQL that depends on the version of the server stands in one file', () => {
  const files = globSync('{subgraphs,gateway,commands,demo}/**/*.ts', { cwd: root }).filter(
    (file) => !file.includes('/test/'),
  );
  const dependent = files.filter((file) =>
    /server_version|WITH ADMIN OPTION'/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(dependent).toEqual(['subgraphs/shared/database/postgres/server-version.ts']);
});
