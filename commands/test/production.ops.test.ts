import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { asAdmin, databaseName } from '#shared/database/provision.ts';
import { newFieldKey } from '#shared/identity/field-keys.ts';
import { anonymous, identityHeader } from '#shared/identity/identity.ts';
import { accessTokens, createSigner, identityTokens, type KeyPair, newKeyPair } from '#shared/identity/tokens.ts';
import { subgraphNames } from '#shared/test/cluster.ts';
import { somebody } from '#shared/test/harness.ts';
import { requireData } from '../../client/data.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { type ProductProcess, startProcess } from '../../gateway/testing/product-process.ts';
import { type GivenServer, oldestPostgres, startGivenServer } from './given-server.ts';

/**
 * The product as in production: `npm run migrate` once per release with the administrator's URL, then subgraphs with the
 * URL of their own role and gateways with none. On the oldest PostgreSQL that is installed here.
 */
let server: GivenServer;
let dataDir: string;
let access: KeyPair;
let identity: KeyPair;
const secret = 'b7f0c2a9e4d81635';

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'freight-production-'));
  server = await startGivenServer(oldestPostgres()?.programs, { app: 'createdb createrole' });
  access = await newKeyPair();
  identity = await newKeyPair();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const production = () => ({ NODE_ENV: 'production', DATA_DIR: dataDir });
const administrator = () => ({ DATABASE_URL: server.urlOf('app'), DATABASE_ROLE_SECRET: secret });
const setOf = (key: KeyPair) => JSON.stringify({ keys: [key.publicJwk] });

const migrate = (...flags: string[]): ProductProcess =>
  startProcess(['commands/migrate.ts', ...flags], { ...production(), ...administrator() });

/** The URLs that `npm run migrate -- --urls` prints, by subgraph. */
let urls: ReadonlyMap<string, string>;
async function printUrls(): Promise<ReadonlyMap<string, string>> {
  const printing = migrate('--urls');
  expect(await printing.exitCode).toBe(0);
  return new Map(
    printing.lines.map((line) => {
      const [name = '', url = ''] = line.split(': SUBGRAPH_DATABASE_URL=');
      return [name, url];
    }),
  );
}
const urlOf = (subgraph: string): string => urls.get(subgraph) ?? '';

const fieldSettings = { FIELD_KEYS: newFieldKey(), BLIND_INDEX_KEY: 'a secret of blind indexes that is long enough' };

const startFleet = (url: string): ProductProcess =>
  startProcess(['commands/subgraph.ts', 'fleet'], {
    ...production(),
    PORT: '0',
    SUBGRAPH_DATABASE_URL: url,
    IDENTITY_PUBLIC_KEYS: setOf(identity),
    ...fieldSettings,
  });

const apiKeySecret = 'a secret of API keys that is long enough';

const startGateway = (fleetUrl: string): ProductProcess =>
  startProcess(['gateway/server.ts'], {
    ...production(),
    PORT: '0',
    SUBGRAPH_URL_FLEET: fleetUrl,
    IDENTITY_SIGNING_KEY: JSON.stringify(identity.privateJwk),
    ACCESS_PUBLIC_KEYS: setOf(access),
    API_KEY_SECRET: apiKeySecret,
  });

/** @param smtpPort of a mail server on this machine */
const startAccess = (smtpPort: number): ProductProcess =>
  startProcess(['commands/subgraph.ts', 'access'], {
    ...production(),
    PORT: '0',
    SUBGRAPH_DATABASE_URL: urlOf('access'),
    IDENTITY_PUBLIC_KEYS: setOf(identity),
    ACCESS_SIGNING_KEY: JSON.stringify(access.privateJwk),
    API_KEY_SECRET: apiKeySecret,
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    PUBLIC_URL: 'https://freight.test',
    ...fieldSettings,
  });

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Lets the administrator get a mail. */
async function requestReset(url: string): Promise<void> {
  const token = createSigner(identity.privateJwk).sign(anonymous, identityTokens('access'), 60);
  const client = createGraphClient({ url, headers: { [identityHeader]: token }, attempts: 1 });
  const query =
    'mutation Reset($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { message } } }';
  const data = requireData(await client.send({ query, variables: { input: { email: 'root@freight.test' } } }));
  expect(data).toEqual({ requestPasswordReset: { userErrors: [] } });
}

/** What a dispatcher gets through a gateway. */
async function vehiclesAt(url: string): Promise<unknown> {
  const dispatcher = somebody(['DISPATCHER']);
  const token = createSigner(access.privateJwk).sign(dispatcher, accessTokens, 60);
  const client = createGraphClient({ url, headers: { authorization: `Bearer ${token}` }, attempts: 1 });
  return requireData(await client.send({ query: '{ vehicles(first: 1) { totalCount } }' }));
}

describe('a release', () => {
  test('prints the URL of the role of each subgraph', async () => {
    urls = await printUrls();
    expect([...urls.keys()].sort()).toEqual([...subgraphNames].sort());
    expect(new URL(urlOf('fleet'))).toMatchObject({ username: 'freight_fleet', pathname: '/freight' });
  });

  test('a subgraph that starts before the first migration says so in one line', async () => {
    const fleet = startFleet(urlOf('fleet'));
    expect(await fleet.exitCode).toBe(1);
    expect(fleet.lines).toEqual([
      expect.stringMatching(
        /^SUBGRAPH_DATABASE_URL: a role and a password that the server accepts are required; .*`npm run migrate` creates the roles/,
      ),
    ]);
  });

  test('two migrations at once on an empty server: each migration runs once, and both succeed', async () => {
    const both = [migrate(), migrate()];
    expect(await Promise.all(both.map(({ exitCode }) => exitCode))).toEqual([0, 0]);
    for (const { lines } of both)
      expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([...subgraphNames].sort());
    const ran = both.flatMap(({ lines }) => lines).filter((line) => line.includes(': ran '));
    expect(ran.map((line) => line.split(':')[0]).sort()).toEqual([...subgraphNames].sort());
  });

  test('the next one finds nothing to do', async () => {
    const again = migrate();
    expect(await again.exitCode).toBe(0);
    expect([...again.lines].sort()).toEqual(subgraphNames.map((name) => `${name}: up to date`).sort());
  });

  test('creates its first administrator by a command, once', async () => {
    const accounts = (variables: object, ...words: string[]) =>
      startProcess(['commands/accounts.ts', 'create-admin', ...words], {
        ...production(),
        ...fieldSettings,
        ...variables,
      });
    const first = accounts(administrator(), '--email', 'Root@freight.test');
    expect(await first.exitCode).toBe(0);
    expect(first.lines).toEqual([
      expect.stringMatching(/^Created the administrator root@freight\.test with the id [0-9a-f-]{36}\.$/),
      expect.stringMatching(/^Password, shown once: [\w-]{20}$/),
      'Sign in, then enrol a second factor. Before that the account may do nothing else in production.',
    ]);
    const own = { SUBGRAPH_DATABASE_URL: urlOf('access') };
    const second = accounts(own, '--email', 'more@freight.test');
    const same = accounts(own, '--email', 'root@freight.test', '--force');
    expect(await Promise.all([second.exitCode, same.exitCode])).toEqual([1, 1]);
    expect(second.lines).toEqual([
      'There is an administrator already, who can register further accounts. If none of them can sign in, repeat this with --force.',
    ]);
    expect(same.lines).toEqual(['An account with this e-mail address already exists.']);
    await asAdmin(urlOf('access'), undefined, async (client) => {
      const { rows } = await client.query(
        `select e.action, e.actor_id, e.request_id, a.email, a.roles from audit.entry e join access.account a on a.id = e.target_id`,
      );
      expect(rows).toEqual([
        {
          action: 'ACCOUNT_REGISTERED',
          actor_id: null,
          request_id: 'npm run accounts',
          email: expect.stringMatching(/^1\./), // encrypted
          roles: ['ADMIN'],
        },
      ]);
    });
  });

  test('re-encrypts its personal data with a new key, after which the old one is not needed', async () => {
    const [newKey, oldKeys] = [newFieldKey(), fieldSettings.FIELD_KEYS];
    const idOf = (key: string) => key.split(':')[0];
    const rotate = (FIELD_KEYS: string, variables: object, ...words: string[]) =>
      startProcess(['commands/keys.ts', 'rotate-fields', ...words], {
        ...production(),
        ...fieldSettings,
        ...variables,
        FIELD_KEYS,
      });
    const rotation = rotate(`${newKey},${oldKeys}`, administrator());
    expect(await rotation.exitCode).toBe(0);
    expect(rotation.lines).toContain('access.account.email: 1 re-sealed');
    expect(rotation.lines.slice(-2)).toEqual([
      `Keys in use: "${idOf(newKey)}" (1 texts).`,
      `No text needs "${idOf(oldKeys)}": remove it from FIELD_KEYS.`,
    ]);
    fieldSettings.FIELD_KEYS = newKey;
    const again = rotate(newKey, { SUBGRAPH_DATABASE_URL: urlOf('access') }, 'access');
    expect(await again.exitCode).toBe(0);
    expect(again.lines).toContain('access.account.email: 0 re-sealed');
  });

  test('counts the API keys by the secret that they need', async () => {
    const keyed = (hash: string) =>
      asAdmin(urlOf('access'), undefined, async (client) => {
        const organization = 'insert into access.organization (id, name, name_key, tier, created_at, version)';
        await client.query(
          `with o as (${organization} values (gen_random_uuid(), $1, $1, 'STANDARD', now(), 1) returning id)
            insert into access.api_key (id, account_id, organization_id, name, prefix, hash, scopes, allowed_networks, created_at)
              select gen_random_uuid(), a.id, o.id, 'ERP', 'ifk_live_abcd', $1, '{}', '{}', now() from o, access.account a`,
          [hash],
        );
      });
    const count = async (): Promise<readonly string[]> => {
      const counting = startProcess(['commands/keys.ts', 'api-keys'], { ...production(), ...administrator() });
      expect(await counting.exitCode).toBe(0);
      return counting.lines;
    };
    expect(await count()).toEqual(['There are no API keys.']);
    await keyed('a1b2c3d4.hash');
    expect(await count()).toEqual(['secret "a1b2c3d4": 1 API keys']);
    await asAdmin(urlOf('access'), undefined, (client) => client.query('delete from access.api_key'));
  });

  test('a mail server that hangs does not delay the end of access, and the mail is sent after the restart', async () => {
    const hanging = createServer().listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const connected = once(hanging, 'connection');
    const first = startAccess(portOf(hanging));
    const { url } = JSON.parse(await first.line('"listening"'));
    await requestReset(url);
    const [socket] = await connected;
    await first[Symbol.asyncDispose]();
    expect(await first.exitCode).toBe(0);
    expect(first.lines.join()).not.toContain('The shutdown took longer');
    socket.destroy();
    hanging.close();

    const { promise: received, resolve } = Promise.withResolvers<string>();
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) =>
        void text(stream).then((message) => {
          resolve(message);
          done();
        }, done),
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      await using _second = startAccess(portOf(server.server));
      expect(await received).toContain('To: root@freight.test');
    } finally {
      await new Promise<void>((closed) => server.close(closed));
    }
  });

  test('the role of a subgraph reads its own tables and no others', async () => {
    await asAdmin(urlOf('fleet'), undefined, async (client) => {
      expect((await client.query('select count(*)::int as count from fleet.vehicle')).rows).toEqual([{ count: 0 }]);
      await expect(client.query('select * from access.account')).rejects.toThrow('permission denied for schema access');
      await expect(client.query('create role more')).rejects.toThrow('permission denied');
    });
  });

  test('subgraph and gateway serve, each with its own settings only, and write no keys', async () => {
    await using fleet = startFleet(urlOf('fleet'));
    await using gateway = startGateway(JSON.parse(await fleet.line('"listening"')).url);
    const { url } = JSON.parse(await gateway.line('"ready"'));
    expect(await vehiclesAt(`${url}/graphql`)).toEqual({ vehicles: { totalCount: 0 } });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('`npm start` serves the whole product as administrator, without demo data', async () => {
    await using product = startProcess(['commands/start.ts'], {
      ...production(),
      ...administrator(),
      PORT: '0',
      SUBGRAPH_BASE_PORT: '0',
      ACCESS_SIGNING_KEY: JSON.stringify(access.privateJwk),
      IDENTITY_SIGNING_KEY: JSON.stringify(identity.privateJwk),
      API_KEY_SECRET: apiKeySecret,
      ...fieldSettings,
    });
    await product.line('Ctrl-C stops everything; data stays.');
    const url = /http:\S+/.exec(await product.line('Graph '))?.[0] ?? '';
    expect(await vehiclesAt(url)).toEqual({ vehicles: { totalCount: 0 } });
  });

  test('a role that may do more than its subgraph needs is refused', async () => {
    const fleet = startFleet(server.urlOf('app', databaseName));
    expect(await fleet.exitCode).toBe(1);
    expect(fleet.lines).toEqual([
      'SUBGRAPH_DATABASE_URL: use the role freight_fleet, which reaches the tables of fleet only, instead of "app"',
    ]);
  });

  test('a database with demo data is refused', async () => {
    const url = urlOf('fleet');
    const change = (sql: string) => asAdmin(url, undefined, (client) => client.query(sql));
    await change('insert into fleet.seeded (seed) values (1)');
    const fleet = startFleet(url);
    expect(await fleet.exitCode).toBe(1);
    expect(fleet.lines).toEqual([
      'DEMO_ACCOUNTS: a database without demo data is required here, because everybody knows the password of its accounts; this one has demo data. Choose another SUBGRAPH_DATABASE_URL.',
    ]);
    await change('delete from fleet.seeded');
  });

  test('a subgraph of the next release waits for its migration', async () => {
    const url = urlOf('fleet');
    const [newest] = await asAdmin(url, undefined, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        'delete from fleet.migrations where id = (select max(id) from fleet.migrations) returning name',
      );
      return rows;
    });
    const fleet = startFleet(url);
    expect(await fleet.exitCode).toBe(1);
    expect(fleet.lines).toEqual([
      `Database: every migration of fleet is required; ${newest?.name} has not run. Run \`npm run migrate\` once per release, before its subgraphs start.`,
    ]);
  });
});
