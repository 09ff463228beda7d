import pg from 'pg';
import { ConfigurationError } from '../runtime/config.ts';
import { mayNotChange } from './postgres/server-version.ts';

/** Extensions that tables of subgraphs need. The owner of a database may install both, because they are trusted. */
export const extensions = ['btree_gist', 'pg_trgm'];

interface Rights {
  readonly role: string;
  readonly isSuperuser: boolean;
  readonly createsRoles: boolean;
  readonly createsDatabases: boolean;
  /** Whether the role owns the product's database. Null if the database does not exist. */
  readonly ownsDatabase: boolean | null;
  /** Existing roles of subgraphs that this role may not change. */
  readonly foreignRoles: string[];
  readonly missingExtensions: string[];
}

/**
 * Checks the rights of the administrator before anything is created.
 * @param roles the roles of the subgraphs
 * @returns whether the administrator is a superuser
 * @throws ConfigurationError with one line that names the missing right and the statement that grants it
 */
export async function requireRights(client: pg.Client, database: string, roles: readonly string[]): Promise<boolean> {
  const rights = await readRights(client, database, roles);
  const missing = describeMissingRight(rights, database);
  if (missing) throw new ConfigurationError(`DATABASE_URL: ${missing}`);
  return rights.isSuperuser;
}

async function readRights(client: pg.Client, database: string, roles: readonly string[]): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `select rolname as role, rolsuper as "isSuperuser", rolcreaterole as "createsRoles", rolcreatedb as "createsDatabases",
       (select pg_has_role(datdba, 'USAGE') from pg_database where datname = $1) as "ownsDatabase",
       array(
         select other.rolname::text from pg_roles other
         where other.rolname = any($2)
           and ${mayNotChange('other.oid')}
         order by 1
       ) as "foreignRoles",
       array(
         select name from unnest($3::text[]) as name where name not in (select name from pg_available_extensions)
       ) as "missingExtensions"
     from pg_roles where rolname = current_user`,
    [database, roles, extensions],
  );
  const [rights] = rows;
  if (!rights) throw new Error('pg_roles does not list the current user');
  return rights;
}

function describeMissingRight(rights: Rights, database: string): string | undefined {
  const { role, foreignRoles, missingExtensions } = rights;
  const user = pg.escapeIdentifier(role);
  const name = pg.escapeIdentifier(database);
  if (missingExtensions.length > 0)
    return `a server with the extensions ${extensions.join(' and ')} is required; it lacks ${missingExtensions.join(', ')}`;
  if (rights.isSuperuser) return undefined;
  if (!rights.createsRoles)
    return `a role that may create roles is required, because each subgraph has its own; ${user} may not. A superuser allows it: alter role ${user} createrole`;
  if (rights.ownsDatabase === null && !rights.createsDatabases)
    return `a role that may create databases is required while ${name} does not exist; ${user} may not. A superuser allows it: alter role ${user} createdb`;
  if (rights.ownsDatabase === false)
    return `the owner of the database ${name} is required; ${user} is not. Its owner gives it away: alter database ${name} owner to ${user}`;
  if (foreignRoles.length > 0)
    return `the role that created ${foreignRoles.join(', ')} is required; ${user} may not change them. A superuser allows it: grant ${foreignRoles.join(', ')} to ${user} with admin option`;
  return undefined;
}
