import { createHmac } from 'node:crypto';
import pg from 'pg';
import { auditKeeper, installAudit } from './audit-schema.ts';
import { installJobs } from './jobs-schema.ts';
import { extensions, requireRights } from './require-rights.ts';
import { scramVerifier } from './scram-verifier.ts';
import { installFollowedTimeline } from './standby/followed-timeline.ts';

/** Name of the product's database on the server. */
export const databaseName = 'freight';

function rolePassword(secret: string, subgraph: string): string {
  return createHmac('sha256', secret).update(subgraph).digest('hex');
}

/** URL with which the role of a subgraph connects to a database. */
export function roleUrl(adminUrl: string, database: string, subgraph: string, secret: string): string {
  const url = new URL(adminUrl);
  url.username = roleName(subgraph);
  url.password = rolePassword(secret, subgraph);
  url.pathname = `/${database}`;
  return url.href;
}

/** The login role of a subgraph. */
export function roleName(subgraph: string): string {
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
  client.on('error', () => {}); // after a lost connection, the next statement fails
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/**
 * Creates the database, its extensions, a schema and a login role for each subgraph, and the schemas of the queues and of the
 * audit trail. A role can read only the tables of its subgraph. May be repeated, also by several processes at once. If it fails, it drops a database
 * that it has created.
 * @throws ConfigurationError if the administrator lacks a right
 */
export async function provision(
  adminUrl: string,
  database: string,
  subgraphs: readonly string[],
  secret: string,
): Promise<void> {
  const roles = subgraphs.map(roleName);
  const { isSuperuser, created } = await asAdmin(adminUrl, undefined, async (client) => ({
    isSuperuser: await requireRights(client, database, roles),
    created: await createDatabase(client, database),
  }));
  try {
    await asAdmin(adminUrl, database, (client) => provisionDatabase(client, subgraphs, secret, isSuperuser));
  } catch (error) {
    if (created) await asAdmin(adminUrl, undefined, (client) => dropDatabase(client, database));
    throw error;
  }
}

async function provisionDatabase(
  client: pg.Client,
  subgraphs: readonly string[],
  secret: string,
  isSuperuser: boolean,
): Promise<void> {
  // Processes that start at the same time provision one after the other.
  await client.query(`select pg_advisory_lock(hashtext('freight-provision'))`);
  for (const extension of extensions) await client.query(`create extension if not exists ${extension}`);
  await client.query('revoke create on schema public from public');
  await installFollowedTimeline(client);
  for (const subgraph of subgraphs) {
    await createRole(client, roleName(subgraph), rolePassword(secret, subgraph));
    if (!isSuperuser) await joinRole(client, roleName(subgraph));
    await client.query(
      `create schema if not exists ${pg.escapeIdentifier(subgraph)} authorization ${pg.escapeIdentifier(roleName(subgraph))}`,
    );
  }
  await installJobs(
    client,
    subgraphs.map((subgraph) => ({ subgraph, role: roleName(subgraph) })),
  );
  await installAudit(client, subgraphs.includes(auditKeeper) ? roleName(auditKeeper) : undefined);
}

/** @returns false if the database exists */
async function createDatabase(client: pg.Client, database: string): Promise<boolean> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (rowCount) return false;
  try {
    await client.query(`create database ${pg.escapeIdentifier(database)}`);
    return true;
  } catch (error) {
    // Another process has just created it: 42P04 duplicate_database, 23505 unique_violation.
    if (error instanceof pg.DatabaseError && ['42P04', '23505'].includes(error.code ?? '')) return false;
    throw error;
  }
}

/** Drops a database and ends its sessions. */
export async function dropDatabase(client: pg.Client, database: string): Promise<void> {
  await client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
}

async function createRole(client: pg.Client, name: string, password: string): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
  const withPassword = `${role} login password ${pg.escapeLiteral(scramVerifier(password))}`;
  if (!rowCount) await client.query(`create role ${withPassword}`).catch(ignoreExisting);
  await client.query(`alter role ${withPassword}`).catch(ignoreConcurrentUpdate);
}

/** Only a superuser or a member of a role may create a schema for that role. */
async function joinRole(client: pg.Client, name: string): Promise<void> {
  await client.query(`grant ${pg.escapeIdentifier(name)} to current_user`).catch(ignoreConcurrentUpdate);
}

function ignoreExisting(error: unknown): void {
  if (error instanceof pg.DatabaseError && ['42710', '23505'].includes(error.code ?? '')) return;
  throw error;
}

/** XX000: another process changes the same role. Roles belong to the whole server, and all processes set the same password. */
function ignoreConcurrentUpdate(error: unknown): void {
  if (error instanceof pg.DatabaseError && error.code === 'XX000') return;
  throw error;
}
