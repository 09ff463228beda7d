import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** The files of DATA_DIR that stand for settings outside production. */
const files = {
  DATABASE_ROLE_SECRET: 'database-role-secret',
  FIELD_KEYS: 'field-keys',
  BLIND_INDEX_KEY: 'blind-index-key',
} as const;

/**
 * Refuses to go on with a secret that would be made now: only those with which the database was written fit it.
 * @param given whether a setting has a value
 * @throws ConfigurationError with one line per secret that is neither set nor in the data folder
 */
export function requireKept(dataDir: string, given: Readonly<Partial<Record<keyof typeof files, boolean>>>): void {
  const lines = Object.entries(files).flatMap(([name, file]) => {
    const isKnown = given[name as keyof typeof files] ?? true; // a name of `files`
    return isKnown || existsSync(join(dataDir, file))
      ? []
      : [`${name} is not set: give that of the installation, or DATA_DIR with its file ${file}.`];
  });
  if (lines.length > 0) throw new ConfigurationError(lines.join('\n'));
}
