import { join } from 'node:path';
import { createLog } from '../../runtime/log.ts';
import type { Service } from '../../runtime/run-process.ts';
import { EmbeddedPostgres } from './embedded-postgres.ts';
import { requireServer } from './given-server.ts';

/** Which server an installation uses. */
export interface PostgresSettings {
  /** As the administrator; undefined = an embedded server under `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: string;
}

/** Where the embedded server of an installation keeps its files. */
export function embeddedFolder(config: Pick<PostgresSettings, 'dataDir'>): string {
  return join(config.dataDir, 'postgres');
}

/** URL of the PostgreSQL server of this installation: the one that is given, or else the embedded one, for as long as the service runs. */
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
