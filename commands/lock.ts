import { join } from 'node:path';
import { ConfigurationError, ensureFolder } from '#shared/runtime/config.ts';
import { takeLock } from '#shared/runtime/processes.ts';

/** Holds the data folder for one running product; a second start beside it gets one clear line. @returns what lets it go */
export function lockDataFolder(dataDir: string): () => void {
  const lock = takeLock(join(ensureFolder(dataDir), 'start.pid'));
  if (lock.kind === 'taken') return lock.release;
  throw new ConfigurationError(
    `DATA_DIR: a folder that no other start uses is required; ${dataDir} is held by process ${lock.pid}`,
  );
}
