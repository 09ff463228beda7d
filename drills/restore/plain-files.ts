import { closeSync, globSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';

/** How every encrypted file of pgBackRest begins (the form of OpenSSL). */
const encrypted = 'Salted__';

/** The files of the repository that are not encrypted. */
export function findPlainFiles(data: string): readonly string[] {
  const repository = join(data, 'volumes/backups/repository');
  const files = globSync('**', { cwd: repository, withFileTypes: true }).filter((entry) => entry.isFile());
  if (files.length === 0) throw new Error(`${repository} has no files.`);
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => beginning(file) !== encrypted)
    .map((file) => basename(file));
}

function beginning(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(encrypted.length);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
