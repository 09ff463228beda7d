import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { newComposeSecrets } from '../keys/compose-secrets.ts';
import { runCheck } from '../preflight/check.ts';
import { checksByTarget } from '../preflight/checks.ts';
import type { Site } from '../preflight/site.ts';

/** Nothing runs at these addresses. */
const site: Site = {
  project: join(import.meta.dirname, '../..'),
  variables: { ...(await newComposeSecrets()), SERVER_NAME: 'graph.example' },
  prometheus: 'http://127.0.0.1:2',
  edge: 'https://127.0.0.1:2',
  plainEdge: 'http://127.0.0.1:2',
  disk: '/nowhere',
  now: Date.now,
};
const closed = 'postgres://freight:x@127.0.0.1:1/freight';

const run = (name: string, given: Site) => {
  const check = checksByTarget.compose.find((one) => one.name === name);
  if (!check) throw new Error(`There is no check ${name}.`);
  return runCheck(check, given);
};

const without = (name: string): Site => ({ ...site, variables: { ...site.variables, [name]: '' } });

test('a missing variable is a fault of the environment only', async () => {
  const given = without('BACKUP_PASSPHRASE');
  expect(await run('environment', given)).toMatchObject({
    says: 'BACKUP_PASSPHRASE: not set, but required by docker-compose.yml.',
    advice: expect.stringContaining('--env-file'),
  });
  for (const name of ['keys', 'database', 'documents', 'redis', 'clock', 'ports'])
    expect(await run(name, given)).toEqual({
      name,
      passed: false,
      says: 'not checked: it needs the variables that environment misses.',
      advice: undefined,
    });
});

const causes: readonly [string, string, () => Site, RegExp, RegExp][] = [
  [
    'database',
    'a wrong password',
    () => withWrongPassword(),
    /^ACCESS_DATABASE_URL: postgres.* refuses the role and its password/,
    /^Correct ACCESS_DATABASE_URL\./,
  ],
  [
    'database',
    'a server that does not run',
    () => ({ ...site, variables: { ...site.variables, ACCESS_DATABASE_URL: closed } }),
    /^ACCESS_DATABASE_URL: postgres:\/\/127.0.0.1:1\/freight does not respond \(ECONNREFUSED\)\.$/,
    /^Start the database .* correct the address in ACCESS_DATABASE_URL\.$/,
  ],
  [
    'backup',
    'a Prometheus that does not run',
    () => site,
    /^--prometheus: http:\/\/127\.0\.0\.1:2 does not respond/,
    /^Start Prometheus/,
  ],
  [
    'certificates',
    'an edge that does not run',
    () => site,
    /^https:\/\/127\.0\.0\.1:2 does not respond with TLS \(ECONNREFUSED\)\.$/,
    /^Start the edge/,
  ],
  ['disk', 'a folder that is missing', () => site, /^--disk: \/nowhere/, /^Name a folder/],
];

function withWrongPassword(): Site {
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  url.password = 'wrong';
  return { ...site, variables: { ...site.variables, ACCESS_DATABASE_URL: url.href } };
}

test.each(causes)('%s: %s has an advice of its own', async (name, _cause, given, says, advice) => {
  expect(await run(name, given())).toMatchObject({
    says: expect.stringMatching(says),
    advice: expect.stringMatching(advice),
  });
});

test.each([
  ['a database that does not respond', closed, 'not checked: database names why it cannot be read.'],
  ['a text that is no URL', 'not a url', 'not checked: ACCESS_DATABASE_URL is no URL, as environment says.'],
])('the clock is not checked with %s', async (_cause, url, says) => {
  const given = { ...site, variables: { ...site.variables, ACCESS_DATABASE_URL: url } };
  expect(await run('clock', given)).toMatchObject({ passed: false, says, advice: undefined });
});
