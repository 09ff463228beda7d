import { beforeAll, describe, expect, test } from '@jest/globals';
import { newFieldKey } from '#shared/identity/field-keys.ts';
import { type KeyPair, newKeyPair } from '#shared/identity/tokens.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import { readStartConfig } from '#shared/settings/product-config.ts';
import { readSubgraphConfig } from '#shared/settings/subgraph-config.ts';
import { readServerConfig } from '../../gateway/read-config.ts';
import { readMigrateConfig } from '../migrate-config.ts';

/** What production refuses: each process in one line per variable, before anything is started. */
type Settings = Record<string, string>;
type Process = 'start' | 'migrate' | 'tracking' | 'fleet' | 'access' | 'gateway';

const readers: Record<Process, (environment: Settings) => unknown> = {
  start: readStartConfig,
  migrate: readMigrateConfig,
  tracking: (environment) => readSubgraphConfig([], environment),
  fleet: (environment) => readSubgraphConfig(fieldSecretNames, environment),
  access: (environment) =>
    readSubgraphConfig(['ACCESS_SIGNING_KEY', 'API_KEY_SECRET', ...fieldSecretNames, 'SMTP_URL'], environment),
  gateway: (environment) => readServerConfig([], environment),
};
const processes = Object.keys(readers) as Process[];

let access: KeyPair;
let identity: KeyPair;
/** Each process with all that it needs. */
let complete: Record<Process, Settings>;
/** Optional for the process that sends mails. */
const mail: Settings = { SMTP_URL: 'smtp://app:hunter2@mail:587' };
const adminUrl = 'postgres://app:hunter2@db/postgres';
const setOf = (...keys: KeyPair[]) => JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) });

beforeAll(async () => {
  [access, identity] = [await newKeyPair(), await newKeyPair()];
  const NODE_ENV = 'production';
  const ACCESS_SIGNING_KEY = JSON.stringify(access.privateJwk);
  const API_KEY_SECRET = 'a secret of API keys that is long enough';
  const fieldSecrets = { FIELD_KEYS: newFieldKey(), BLIND_INDEX_KEY: 'a secret of blind indexes that is long enough' };
  const IDENTITY_SIGNING_KEY = JSON.stringify(identity.privateJwk);
  const migrate = { NODE_ENV, DATABASE_URL: adminUrl, DATABASE_ROLE_SECRET: 'b7f0c2a9e4d81635' };
  const tracking = {
    NODE_ENV,
    SUBGRAPH_DATABASE_URL: 'postgres://freight_tracking:hunter2@db/freight',
    IDENTITY_PUBLIC_KEYS: setOf(identity),
  };
  const fleet = { ...tracking, ...fieldSecrets };
  complete = {
    start: { ...migrate, ACCESS_SIGNING_KEY, IDENTITY_SIGNING_KEY, API_KEY_SECRET, ...fieldSecrets },
    migrate,
    tracking,
    fleet,
    access: { ...fleet, ACCESS_SIGNING_KEY, API_KEY_SECRET },
    gateway: { NODE_ENV, IDENTITY_SIGNING_KEY, ACCESS_PUBLIC_KEYS: setOf(access), API_KEY_SECRET },
  };
});

function linesOf(process: Process, environment: Settings): string[] {
  try {
    readers[process](environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split('\n');
  }
}

const newKeys = 'not set, but required in production. `npm run keys` prints new keys.';
const apiKeySecret = 'API_KEY_SECRET: not set, but required in production. `npm run keys` prints a new one.';
const fieldSecrets = fieldSecretNames.map(
  (name) => `${name}: not set, but required in production. \`npm run keys\` prints a new one.`,
);
const databaseUrl = 'DATABASE_URL: not set, but required in production. The embedded database is for development.';
const roleSecret =
  'DATABASE_ROLE_SECRET: not set, but required in production. `openssl rand -hex 32` prints a new one.';
const subgraphUrl =
  'SUBGRAPH_DATABASE_URL: not set, but required in production. `npm run migrate -- --urls` prints that of each subgraph.';
const required: Record<Process, string[]> = {
  start: [
    databaseUrl,
    roleSecret,
    `ACCESS_SIGNING_KEY: ${newKeys}`,
    `IDENTITY_SIGNING_KEY: ${newKeys}`,
    apiKeySecret,
    ...fieldSecrets,
  ],
  migrate: [databaseUrl, roleSecret],
  tracking: [subgraphUrl, `IDENTITY_PUBLIC_KEYS: ${newKeys}`],
  fleet: [subgraphUrl, `IDENTITY_PUBLIC_KEYS: ${newKeys}`, ...fieldSecrets],
  access: [
    subgraphUrl,
    `IDENTITY_PUBLIC_KEYS: ${newKeys}`,
    `ACCESS_SIGNING_KEY: ${newKeys}`,
    apiKeySecret,
    ...fieldSecrets,
  ],
  gateway: [`IDENTITY_SIGNING_KEY: ${newKeys}`, `ACCESS_PUBLIC_KEYS: ${newKeys}`, apiKeySecret],
};

test.each(processes)('%s says what production requires, and takes it', (process) => {
  expect(linesOf(process, { NODE_ENV: 'production' })).toEqual(required[process]);
  expect(linesOf(process, complete[process])).toEqual([]);
});

test.each(['gateway', 'fleet'] as const)('several processes of %s need Redis', (process) => {
  const several = { ...complete[process], REPLICAS: '2' };
  expect(linesOf(process, several)).toEqual([
    'REDIS_URL is missing: REPLICAS is 2, and these processes share their state in Redis. Set REDIS_URL, or run one process.',
  ]);
  expect(linesOf(process, { ...several, REDIS_URL: 'redis://redis:6379' })).toEqual([]);
});

test.each([
  ['fleet', 'DATABASE_URL', '`npm run migrate` and `npm start`', 'postgres://db/postgres'],
  ['fleet', 'DATABASE_ROLE_SECRET', '`npm run migrate` and `npm start`', 'a value that is not shown'],
  ['fleet', 'ACCESS_SIGNING_KEY', 'the access subgraph', 'a value that is not shown'],
  ['fleet', 'IDENTITY_SIGNING_KEY', 'gateways', 'a value that is not shown'],
  ['fleet', 'API_KEY_SECRET', 'gateways and the access subgraph', 'a value that is not shown'],
  ['tracking', 'FIELD_KEYS', 'subgraphs with encrypted columns', 'a value that is not shown'],
  ['tracking', 'BLIND_INDEX_KEY', 'subgraphs with encrypted columns', 'a value that is not shown'],
  ['gateway', 'FIELD_KEYS', 'subgraphs with encrypted columns', 'a value that is not shown'],
  ['access', 'IDENTITY_SIGNING_KEY', 'gateways', 'a value that is not shown'],
  ['gateway', 'DATABASE_URL', '`npm run migrate` and `npm start`', 'postgres://db/postgres'],
  ['gateway', 'SUBGRAPH_DATABASE_URL', 'subgraphs', 'postgres://db/freight'],
  ['gateway', 'ACCESS_SIGNING_KEY', 'the access subgraph', 'a value that is not shown'],
  ['fleet', 'SMTP_URL', 'the access subgraph', 'smtp://mail:587'],
  ['gateway', 'SMTP_URL', 'the access subgraph', 'smtp://mail:587'],
] satisfies [Process, ...string[]][])('%s may not hold %s', (process, name, holders, shown) => {
  const foreign = { ...complete.start, ...complete.fleet, ...mail }[name] ?? '';
  expect(linesOf(process, { ...complete[process], [name]: foreign })).toEqual([
    `${name}: in production for ${holders} only; got ${shown}. Remove it from this process.`,
  ]);
});

test.each(['start', 'access'] as const)('%s may send mails', (process) => {
  expect(linesOf(process, { ...complete[process], ...mail })).toEqual([]);
});

test.each(['start', 'fleet', 'gateway'] as const)('%s has no demo accounts', (process) => {
  expect(linesOf(process, { ...complete[process], DEMO_ACCOUNTS: 'public' })).toEqual([
    'DEMO_ACCOUNTS: use "local" instead of "public" in production, which has no demo accounts',
  ]);
});

test.each(processes)('%s says what has replaced FREIGHT_KEYS', (process) => {
  const [line, ...more] = linesOf(process, { ...complete[process], FREIGHT_KEYS: '{}' });
  expect(line).toMatch(/^FREIGHT_KEYS: replaced by one setting per process. Set IDENTITY_SIGNING_KEY and ACCESS/);
  expect(more).toEqual([]);
});

test('outside production nothing is required, but `npm run migrate` needs a server', () => {
  for (const process of ['start', 'tracking', 'fleet', 'access', 'gateway'] as const)
    expect(linesOf(process, {})).toEqual([]);
  expect(linesOf('migrate', {})).toEqual([
    'DATABASE_URL: set a URL of an account that may create roles. The embedded database is migrated by `npm start`.',
  ]);
});

test('a gateway in front of any other supergraph needs no keys', () => {
  const flags = ['--supergraph', '/tmp/other.graphql'];
  expect(readServerConfig(flags, { NODE_ENV: 'production', DATABASE_URL: adminUrl }).access).toEqual({ kind: 'open' });
});

describe('keys at fault', () => {
  const signing = 'a private Ed25519 key in JWK format with its id (kid) is required, as `npm run keys` prints it';
  const publicOnes = 'public Ed25519 keys as a JWK set with ids (kid) are required, as `npm run keys` prints them';

  test.each([
    ['no JSON', () => 'nonsense', signing],
    ['a public key', () => JSON.stringify(access.publicJwk), signing],
    ['a key without id', () => JSON.stringify({ ...access.privateJwk, kid: undefined }), signing],
    [
      'halves of two keys',
      () => JSON.stringify({ ...access.privateJwk, x: identity.publicJwk.x }),
      'a key pair is required; its public half (x) belongs to another key',
    ],
  ])('%s instead of a signing key', (_what, text, reason) => {
    expect(linesOf('start', { ...complete.start, IDENTITY_SIGNING_KEY: text() })).toEqual([
      `IDENTITY_SIGNING_KEY: ${reason}; it is a value that is not shown`,
    ]);
  });

  test.each([
    ['no JSON', () => 'nonsense', publicOnes],
    ['one key outside a set', () => JSON.stringify(access.publicJwk), publicOnes],
    ['an empty set', () => '{"keys":[]}', publicOnes],
    [
      'a private key',
      () => JSON.stringify({ keys: [access.privateJwk] }),
      'public keys only are required; a private half (d) is among them',
    ],
    ['the same key twice', () => setOf(access, access), 'different ids (kid) are required; one occurs twice'],
  ])('%s instead of public keys', (_what, text, reason) => {
    expect(linesOf('gateway', { ...complete.gateway, ACCESS_PUBLIC_KEYS: text() })).toEqual([
      `ACCESS_PUBLIC_KEYS: ${reason}; it is a value that is not shown`,
    ]);
  });

  test('one key for both uses', () => {
    const { kid } = identity.publicJwk;
    expect(linesOf('gateway', { ...complete.gateway, ACCESS_PUBLIC_KEYS: setOf(access, identity) })).toEqual([
      `IDENTITY_SIGNING_KEY: a key of its own is required; key "${kid}" is among ACCESS_PUBLIC_KEYS too. \`npm run keys\` prints new keys.`,
    ]);
    expect(linesOf('start', { ...complete.start, IDENTITY_SIGNING_KEY: JSON.stringify(access.privateJwk) })).toEqual([
      'IDENTITY_SIGNING_KEY: use another key than for ACCESS_SIGNING_KEY',
    ]);
  });
});
