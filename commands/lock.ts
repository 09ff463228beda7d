import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, ensureFolder } from '#shared/config.ts';

/** Holds the data folder for one running product; a second start beside it gets one clear line. */
export function lockDataFolder(dataDir: string): () => void {
  const file = join(ensureFolder(dataDir), 'start.pid');
  const holder = readPid(file);
  if (holder !== undefined && isAlive(holder)) {
    throw new ConfigurationError(
      `DATA_DIR: a folder that no other start uses is required; ${dataDir} is held by process ${holder}`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
