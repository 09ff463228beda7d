import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../runtime/log.ts';
import type { Service } from '../../runtime/run-process.ts';
import { clusterFiles } from './cluster-files.ts';
import { EmbeddedPostgres } from './embedded-postgres.ts';
import { requireServer } from './given-server.ts';
import { postmasterOf } from './postmaster.ts';

/** Settings that select the PostgreSQL server of an installation. */
export interface PostgresSettings {
  /** URL of the administrator. Undefined for an embedded server in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: string;
}

/** Folder with the files of the embedded server. */
export function embeddedFolder(config: Pick<PostgresSettings, 'dataDir'>): string {
  return join(config.dataDir, 'postgres');
}

/** URL of the administrator of the embedded server; undefined if it does not run. */
export function runningServerUrl(config: Pick<PostgresSettings, 'dataDir'>): string | undefined {
  const folder = embeddedFolder(config);
  if (!existsSync(folder)) return undefined;
  const { cluster, urlOfServer } = clusterFiles(folder);
  return postmasterOf(cluster) === undefined ? undefined : urlOfServer();
}

/** Checks the given PostgreSQL server, or starts the embedded one until the service ends. @returns the URL of the administrator */
export async function openPostgres(
  config: PostgresSettings,
  { resources, fail }: Pick<Service, 'resources' | 'fail'>,
): Promise<string> {
  if (config.databaseUrl) {
    await requireServer(config.databaseUrl);
    return config.databaseUrl;
  }
  const log = createLog('postgres', config.logLevel);
  return resources.use(new EmbeddedPostgres(embeddedFolder(config), { log, onLost: fail })).start();
}
