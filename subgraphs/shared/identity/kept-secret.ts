import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/error-code.ts';
import { ensureFolder } from '../runtime/config.ts';

/**
 * A secret of this installation. The first start creates it in the data folder, readable only by its owner. Processes that
 * start at the same time agree on one secret.
 */
export async function keptSecret(dataDir: string, name: string, make: () => string | Promise<string>): Promise<string> {
  const file = join(ensureFolder(dataDir), name);
  const known = readIfPresent(file);
  if (known !== undefined) return known;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, await make(), { mode: 0o600 });
  try {
    linkSync(draft, file); // fails if another process was first
  } catch (error) {
    // Some file systems have no links. On those the last of several processes wins.
    if (errorCode(error) !== 'EEXIST') renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
