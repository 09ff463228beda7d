import { join } from 'node:path';
import { ConfigurationError, ensureFolder } from '#shared/runtime/config.ts';
import { takeLock } from '#shared/runtime/processes.ts';

/** Locks the data folder for one running product. A second start fails with one line. @returns a function that releases the lock */
export function lockDataFolder(dataDir: string): () => void {
  const lock = takeLock(join(ensureFolder(dataDir), 'start.pid'));
  if (lock.kind === 'taken') return lock.release;
  throw new ConfigurationError(
    `DATA_DIR needs a folder that no other start uses. Process ${lock.pid} holds ${dataDir}.`,
  );
}
