import { createHmac } from 'node:crypto';
import pg from 'pg';
import { installJobs, jobsSchema } from './jobs-schema.ts';

/** Name of the product's database on the server. */
export const databaseName = 'freight';

/** The login role and schema of a subgraph carry its name, in the database of this product only. */
export interface RoleUrl {
  readonly subgraph: string;
  readonly url: string;
}

function rolePassword(secret: string, subgraph: string): string {
  return createHmac('sha256', secret).update(subgraph).digest('hex');
}

/** URL with which a subgraph reaches its own schema of a database. */
export function roleUrl(adminUrl: string, database: string, subgraph: string, secret: string): string {
  const url = new URL(adminUrl);
  url.username = roleName(subgraph);
  url.password = rolePassword(secret, subgraph);
  url.pathname = `/${database}`;
  return url.href;
}

function roleName(subgraph: string): string {
  return `freight_${subgraph}`;
}

/** Runs statements as the administrator of a database. */
export async function asAdmin<T>(
  adminUrl: string,
  database: string | undefined,
  run: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const url = new URL(adminUrl);
  if (database) url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => {}); // the statement that follows a lost connection fails by itself
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/**
 * Creates what the subgraphs need around their tables: database, extensions, one schema and one login role per subgraph
 * (which can read no other's tables), and the queue schema. Safe to run again and from several processes at once.
 */
export async function provision(
  adminUrl: string,
  database: string,
  subgraphs: readonly string[],
  secret: string,
): Promise<void> {
  await asAdmin(adminUrl, undefined, (client) => createDatabase(client, database));
  await asAdmin(adminUrl, database, async (client) => {
    // Several processes may start at once: one provisions, the others wait for it.
    await client.query(`select pg_advisory_lock(hashtext('freight-provision'))`);
    await client.query(`create extension if not exists btree_gist; create extension if not exists pg_trgm`);
    await client.query(`revoke create on schema public from public`);
    for (const subgraph of subgraphs) await createRoleAndSchema(client, subgraph, rolePassword(secret, subgraph));
    await installJobs(
      client,
      subgraphs.map((subgraph) => ({ subgraph, role: roleName(subgraph) })),
    );
  });
}

async function createDatabase(client: pg.Client, database: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (rowCount) return;
  try {
    await client.query(`create database ${pg.escapeIdentifier(database)}`);
  } catch (error) {
    // 42P04 duplicate_database, 23505: another process was faster.
    if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
  }
}

async function createRoleAndSchema(client: pg.Client, subgraph: string, password: string): Promise<void> {
  const role = pg.escapeIdentifier(roleName(subgraph));
  const schema = pg.escapeIdentifier(subgraph);
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [roleName(subgraph)]);
  if (!rowCount) await client.query(`create role ${role} login`).catch(ignoreExisting);
  await client.query(`alter role ${role} password ${pg.escapeLiteral(password)}`).catch(ignoreConcurrentUpdate);
  await client.query(`create schema if not exists ${schema} authorization ${role}`);
}

function ignoreExisting(error: unknown): void {
  if (error instanceof pg.DatabaseError && ['42710', '23505'].includes(error.code ?? '')) return;
  throw error;
}

/** Roles are global to the server: databases provisioned side by side set the same password. */
function ignoreConcurrentUpdate(error: unknown): void {
  if (error instanceof pg.DatabaseError && error.code === 'XX000') return;
  throw error;
}

export { jobsSchema };
