import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A memory file system: a database is created there in a tenth of the time. Linux has it; in a container it is often small. */
const memory = '/dev/shm';
const requiredBytes = 2 ** 31;

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= requiredBytes;
}

/** Creates the folder for the temporary files of a test run. It is removed when it is disposed of, or when the process exits. */
export function createRunFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(existsSync(memory) && hasRoom(memory) ? memory : tmpdir(), 'freight-tests-'));
  // As root, PostgreSQL runs under the account of another user.
  chmodSync(path, 0o755);
  // On exit PostgreSQL may still be writing.
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 10 });
  process.once('exit', remove);
  return { path, [Symbol.dispose]: remove };
}
