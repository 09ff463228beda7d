import { loadRoleSecret } from '../identity/keys.ts';
import { ConfigurationError } from '../runtime/config.ts';
import type { Service } from '../runtime/run-process.ts';
import { requireServer } from './postgres/given-server.ts';
import { openPostgres, type PostgresSettings } from './postgres/open-postgres.ts';
import { databaseName, provision, roleName, roleUrl } from './provision.ts';
import { requireOwnRoles } from './require-own-roles.ts';

/** The connection of a subgraph to its tables. */
interface OwnTables {
  /** URL of the role of the subgraph. */
  readonly databaseUrl: string;
  /** True if this process migrates the tables. */
  readonly migrates: boolean;
  readonly isEmbedded: boolean;
}

interface TableSettings extends PostgresSettings {
  /** URL of the role of the subgraph, with migrated tables. */
  readonly ownDatabaseUrl: string | undefined;
  readonly roleSecret: string | undefined;
}

/**
 * With the URL of its own role, a subgraph uses the tables that `npm run migrate` created. Without one, which production
 * refuses, it provisions the database as the administrator and migrates its tables.
 * @param all names of all subgraphs, which share a database
 * @throws ConfigurationError
 */
export async function reachOwnTables(
  settings: TableSettings,
  subgraph: string,
  all: readonly string[],
  service: Pick<Service, 'resources' | 'fail'>,
): Promise<OwnTables> {
  const { ownDatabaseUrl } = settings;
  if (ownDatabaseUrl !== undefined) {
    await requireOwnRole(ownDatabaseUrl, subgraph);
    return { databaseUrl: ownDatabaseUrl, migrates: false, isEmbedded: false };
  }
  const secret = await loadRoleSecret(settings);
  const adminUrl = await openPostgres(settings, service);
  await requireOwnRoles(settings, all, secret);
  await provision(adminUrl, databaseName, all, secret);
  return {
    databaseUrl: roleUrl(adminUrl, databaseName, subgraph, secret),
    migrates: true,
    isEmbedded: settings.databaseUrl === undefined,
  };
}

/** A role with more rights would let a faulty subgraph read the tables of other subgraphs. */
async function requireOwnRole(url: string, subgraph: string): Promise<void> {
  const role = await requireServer(url, 'SUBGRAPH_DATABASE_URL');
  if (role === roleName(subgraph)) return;
  throw new ConfigurationError(
    `SUBGRAPH_DATABASE_URL: use the role ${roleName(subgraph)}, which reaches the tables of ${subgraph} only, instead of "${role}"`,
  );
}
