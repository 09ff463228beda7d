import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSharedConfig } from '#shared/config.ts';
import { EmbeddedPostgres } from '#shared/postgres/embedded-postgres.ts';
import { requireServer } from '#shared/postgres/given-server.ts';
import { type Programs, programsIn } from '#shared/postgres/programs.ts';
import { asAdmin, databaseName, dropDatabase, provision, roleUrl } from '#shared/provision.ts';
import { quickFlags, subgraphNames } from '#shared/test/cluster.ts';
import { productParts, startProduct } from '../product.ts';

/**
 * DATABASE_URL as managed services give it: a role that may create roles and databases and is no superuser. On the
 * PostgreSQL of npm, and on the oldest one installed here (Debian 12 has 15).
 */
interface Server {
  readonly name: string;
  readonly programs?: () => Promise<Programs>;
}

const installed = globSync('/usr/lib/postgresql/*/bin')
  .map((folder) => ({ folder, version: Number(folder.split('/')[4]) }))
  .filter(({ folder, version }) => version >= 15 && existsSync(join(folder, 'initdb')))
  .sort((one, other) => one.version - other.version)[0];
const servers: Server[] = [{ name: 'the PostgreSQL of npm' }];
if (installed) servers.push({ name: `PostgreSQL ${installed.version}`, programs: () => programsIn(installed.folder) });
else
  test('the oldest PostgreSQL', () => {
    // A machine of a developer need not have one; the one that decides about a change must (.ci/run installs it).
    expect(process.env['CI']).toBeUndefined();
  });

const oldSecret = 'freight-development-roles';
const ownSecret = 'b7f0c2a9e4d81635';

describe.each(servers)('a role without superuser rights on $name', ({ programs }) => {
  let folder: string;
  let server: EmbeddedPostgres;
  let superuserUrl: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'freight-given-'));
    server = new EmbeddedPostgres(folder, { flags: quickFlags, ...(programs && { programs }) });
    superuserUrl = await server.start();
    await asAdmin(superuserUrl, undefined, async (client) => {
      await client.query(`create role app login createdb createrole password 'app'`);
      await client.query(`create role other login createdb createrole password 'other'`);
      await client.query(`create role half login createdb password 'half'`);
      await client.query(`create role nothing login createrole password 'nothing'`);
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const urlOf = (role: string, database = 'postgres'): string => {
    const url = new URL(superuserUrl);
    url.username = url.password = role;
    url.pathname = `/${database}`;
    return url.href;
  };
  const databaseExists = () =>
    asAdmin(superuserUrl, undefined, async (client) => {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
      return rowCount === 1;
    });

  test('that may not create roles, or no database, is told so in one line, and nothing is left behind', async () => {
    await expect(provision(urlOf('half'), databaseName, subgraphNames, ownSecret)).rejects.toThrow(
      /^DATABASE_URL: a role that may create roles is required, because each subgraph has its own; "half" may not\. A superuser allows it: alter role "half" createrole$/,
    );
    await expect(provision(urlOf('nothing'), databaseName, subgraphNames, ownSecret)).rejects.toThrow(
      /^DATABASE_URL: a role that may create databases is required while "freight" does not exist; "nothing" may not/,
    );
    expect(await databaseExists()).toBe(false);
  });

  test('leaves no database behind when it fails halfway', async () => {
    const names = ['access', 'pg_reserved'];
    await expect(provision(urlOf('app'), databaseName, names, ownSecret)).rejects.toThrow(/pg_reserved/);
    expect(await databaseExists()).toBe(false);
  });

  test('that may create both runs the whole product', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'freight-given-data-'));
    const config = readSharedConfig({ DATA_DIR: dataDir, DATABASE_URL: urlOf('app'), LOG_LEVEL: 'silent' });
    await requireServer(urlOf('app'));
    const product = await startProduct({
      config,
      parts: await productParts(config),
      adminUrl: urlOf('app'),
      host: '127.0.0.1',
      portOf: () => 0,
      demo: { seed: 5, size: { hubs: 6, organizations: 4, drivers: 9, vehicles: 8, shipments: 20, openPerStatus: 1 } },
    });
    expect(await product.seeded).toBe(true);
    expect(product.subgraphs).toHaveLength(subgraphNames.length);
    await product.close();
    rmSync(dataDir, { recursive: true });
  });

  test('gives the roles of an older installation new passwords', async () => {
    const signIn = (secret: string) =>
      asAdmin(roleUrl(urlOf('app'), databaseName, 'access', secret), undefined, async (client) => {
        const { rows } = await client.query('select current_user::text as role');
        return rows[0]?.role;
      });
    await provision(urlOf('app'), databaseName, subgraphNames, oldSecret);
    expect(await signIn(oldSecret)).toBe('freight_access');
    await provision(urlOf('app'), databaseName, subgraphNames, ownSecret);
    expect(await signIn(ownSecret)).toBe('freight_access');
    await expect(signIn(oldSecret)).rejects.toThrow('password authentication failed');
  });

  test('removes what it has made; one that is not the owner, or did not create the roles, is told so', async () => {
    await expect(provision(urlOf('other'), databaseName, subgraphNames, ownSecret)).rejects.toThrow(
      /^DATABASE_URL: the owner of the database "freight" is required; "other" is not/,
    );
    await asAdmin(urlOf('app'), undefined, (client) => dropDatabase(client, databaseName));
    const again = provision(urlOf('other'), databaseName, subgraphNames, ownSecret);
    // Before version 16 whoever may create roles may change those of others.
    if (installed && programs && installed.version < 16) await again;
    else
      await expect(again).rejects.toThrow(
        /^DATABASE_URL: the role that created freight_access, .* is required; "other"/,
      );
  });
});
