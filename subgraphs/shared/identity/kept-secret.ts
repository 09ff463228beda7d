import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/error-code.ts';
import { ensureFolder } from '../runtime/config.ts';

/**
 * A secret of this installation: made on the first start and kept in the data folder, readable by its owner only. Processes
 * that start at once agree on one.
 */
export async function keptSecret(dataDir: string, name: string, make: () => string | Promise<string>): Promise<string> {
  const file = join(ensureFolder(dataDir), name);
  const known = readIfPresent(file);
  if (known !== undefined) return known;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, await make(), { mode: 0o600 });
  try {
    linkSync(draft, file); // never over another's
  } catch (error) {
    // Not every file system has links; there the last of several processes wins.
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
