import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import type { Programs } from '#shared/database/postgres/programs.ts';
import { asAdmin, databaseName, dropDatabase, provision, roleUrl } from '#shared/database/provision.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { subgraphNames } from '#shared/test/cluster.ts';
import { startProcess } from '../../gateway/testing/product-process.ts';
import { productParts, startProduct } from '../product.ts';
import { type GivenServer, startGivenServer } from './given-server.ts';

const oldSecret = 'freight-development-roles';
const roleSecretRequired =
  /^DATABASE_ROLE_SECRET: set the secret of the installation that created the role freight_access\. Copy it/;
const ownSecret = 'b7f0c2a9e4d81635';

/** Tests DATABASE_URL as managed services give it: a role that may create roles and databases and is no superuser. */
export function testGivenPostgres(postgres: {
  readonly version: number;
  readonly programs?: () => Promise<Programs>;
}): void {
  const { version, programs } = postgres;
  let server: GivenServer;
  let urlOf: GivenServer['urlOf'];
  beforeAll(async () => {
    server = await startGivenServer(programs, {
      app: 'createdb createrole',
      other: 'createdb createrole',
      half: 'createdb',
      nothing: 'createrole',
    });
    urlOf = server.urlOf;
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const signIn = (secret: string) =>
    asAdmin(roleUrl(urlOf('app'), databaseName, 'access', secret), undefined, async (client) => {
      const { rows } = await client.query('select current_user::text as role');
      return rows[0]?.role;
    });
  const databaseExists = () =>
    asAdmin(server.superuserUrl, undefined, async (client) => {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
      return rowCount === 1;
    });

  test('that may not create roles, or no database, gets one line that says so, and nothing is left behind', async () => {
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
    const config = readProductConfig({
      DATA_DIR: dataDir,
      DATABASE_URL: urlOf('app'),
      DATABASE_ROLE_SECRET: ownSecret,
      LOG_LEVEL: 'silent',
    });
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
    await provision(urlOf('app'), databaseName, subgraphNames, oldSecret);
    expect(await signIn(oldSecret)).toBe('freight_access');
    await provision(urlOf('app'), databaseName, subgraphNames, ownSecret);
    expect(await signIn(ownSecret)).toBe('freight_access');
    await expect(signIn(oldSecret)).rejects.toThrow('password authentication failed');
  });

  test('a second installation without DATABASE_ROLE_SECRET gets one line, and the passwords of the first still work', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'freight-second-data-'));
    const environment = { DATA_DIR: dataDir, DATABASE_URL: urlOf('app'), LOG_LEVEL: 'silent' };
    try {
      const migrating = startProcess(['commands/migrate.ts'], environment);
      expect(await migrating.exitCode).toBe(1);
      expect(migrating.lines).toEqual([expect.stringMatching(roleSecretRequired)]);
      const config = readProductConfig(environment);
      const parts = await productParts(config);
      const options = { config, parts, adminUrl: urlOf('app'), host: '127.0.0.1', portOf: () => 0 };
      await expect(startProduct(options)).rejects.toThrow(roleSecretRequired);
      await using fleet = startProcess(['commands/subgraph.ts', 'fleet'], { ...environment, PORT: '0' });
      expect(await fleet.exitCode).toBe(1);
      expect(fleet.lines).toEqual([expect.stringMatching(roleSecretRequired)]);
      expect(await signIn(ownSecret)).toBe('freight_access');
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });

  test('removes what it has made; an account that does not own the database or the roles gets one line that says so', async () => {
    await expect(provision(urlOf('other'), databaseName, subgraphNames, ownSecret)).rejects.toThrow(
      /^DATABASE_URL: the owner of the database "freight" is required; "other" is not/,
    );
    await asAdmin(urlOf('app'), undefined, (client) => dropDatabase(client, databaseName));
    const again = provision(urlOf('other'), databaseName, subgraphNames, ownSecret);
    // Before version 16, a role that may create roles may also change those of others.
    if (version < 16) await again;
    else
      await expect(again).rejects.toThrow(
        /^DATABASE_URL: the role that created freight_access, .* is required; "other"/,
      );
  });
}
