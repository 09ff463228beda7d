import pg from 'pg';
import { ConfigurationError } from '../runtime/config.ts';
import { asAdmin, roleName, roleUrl } from './provision.ts';

/** The source of the secret and of the server. */
interface RoleSettings {
  /** The administrator's URL of a server that installations may share. Undefined for the embedded server of one installation. */
  readonly databaseUrl: string | undefined;
  /** DATABASE_ROLE_SECRET. Undefined if the secret is the one in the data folder. */
  readonly roleSecret: string | undefined;
}

/**
 * Prevents an installation without DATABASE_ROLE_SECRET from changing the passwords of the roles of another installation on
 * the same server, whose running subgraphs could then not connect.
 * @param secret from the data folder, unless DATABASE_ROLE_SECRET is set
 * @throws ConfigurationError if a role exists with another password
 */
export async function requireOwnRoles(
  { databaseUrl, roleSecret }: RoleSettings,
  subgraphs: readonly string[],
  secret: string,
): Promise<void> {
  if (databaseUrl === undefined || roleSecret !== undefined) return;
  for (const subgraph of await findProvisioned(databaseUrl, subgraphs))
    if (await refusesPassword(databaseUrl, subgraph, secret)) throw describeForeignRole(subgraph);
}

/** @returns the subgraphs whose roles exist */
function findProvisioned(adminUrl: string, subgraphs: readonly string[]): Promise<readonly string[]> {
  return asAdmin(adminUrl, undefined, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select rolname::text as name from pg_roles where rolname = any($1)',
      [subgraphs.map(roleName)],
    );
    const existing = new Set(rows.map(({ name }) => name));
    return subgraphs.filter((subgraph) => existing.has(roleName(subgraph)));
  });
}

async function refusesPassword(adminUrl: string, subgraph: string, secret: string): Promise<boolean> {
  const database = new URL(adminUrl).pathname.slice(1) || 'postgres';
  try {
    await asAdmin(roleUrl(adminUrl, database, subgraph, secret), undefined, async () => {});
    return false;
  } catch (error) {
    // 28P01 invalid_password. Other errors, such as a missing right to connect to this database, come after the password.
    return error instanceof pg.DatabaseError && error.code === '28P01';
  }
}

function describeForeignRole(subgraph: string): ConfigurationError {
  return new ConfigurationError(
    `DATABASE_ROLE_SECRET: set the secret of the installation that created the role ${roleName(subgraph)}. Copy it from the file \`database-role-secret\` in the DATA_DIR of that installation. A new secret changes the passwords of all roles, and subgraphs with the old ones cannot connect.`,
  );
}
