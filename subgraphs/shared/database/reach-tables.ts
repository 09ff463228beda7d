import { loadRoleSecret } from '../identity/keys.ts';
import { ConfigurationError } from '../runtime/config.ts';
import type { Service } from '../runtime/run-process.ts';
import { requireServer } from './postgres/given-server.ts';
import { openPostgres, type PostgresSettings } from './postgres/open-postgres.ts';
import { databaseName, provision, roleName, roleUrl } from './provision.ts';
import { requireOwnRoles } from './require-own-roles.ts';

/** How a subgraph reaches its own tables. */
interface OwnTables {
  /** As the role of the subgraph. */
  readonly databaseUrl: string;
  /** Whether the tables are still to be brought up to date. */
  readonly migrates: boolean;
  readonly isEmbedded: boolean;
}

interface TableSettings extends PostgresSettings {
  /** As the role of the subgraph, on tables that are up to date. */
  readonly ownDatabaseUrl: string | undefined;
  readonly roleSecret: string | undefined;
}

/**
 * With a URL of its own role a subgraph takes what `npm run migrate` has made. Without one (never in production) it makes
 * everything itself, as the administrator.
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

/** A stronger role would let a broken subgraph read the tables of the others. */
async function requireOwnRole(url: string, subgraph: string): Promise<void> {
  const role = await requireServer(url, 'SUBGRAPH_DATABASE_URL');
  if (role === roleName(subgraph)) return;
  throw new ConfigurationError(
    `SUBGRAPH_DATABASE_URL: the role ${roleName(subgraph)}, which reaches the tables of ${subgraph} only, is required; got "${role}"`,
  );
}
