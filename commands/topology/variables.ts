import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { readGivenFile } from '#shared/runtime/given-files.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';

/** The variables of docker-compose.yml that belong to a data folder. */
export interface FolderVariables {
  /** As `--env-file` takes them. */
  readonly file: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads the variables of a data folder, and writes new ones into a new folder. The database there has its passwords and its encrypted fields
 * from the first start, so that later starts need the same secrets.
 * @throws ConfigurationError for a folder with data and without its secrets
 */
export async function variablesOf(data: string): Promise<FolderVariables> {
  const file = join(data, 'variables.env');
  if (!existsSync(file)) await writeNew(file, data);
  const found = parseEnv(readGivenFile('--data', file));
  return { file, variables: Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value ?? ''])) };
}

async function writeNew(file: string, data: string): Promise<void> {
  if (existsSync(join(data, 'volumes')))
    throw new ConfigurationError(
      `${file} is missing, and the data of ${data} cannot be read without it. Use another folder for --data, or put the file back.`,
    );
  writeFileSync(file, textOf(await newComposeSecrets()), { mode: 0o600 });
}

const textOf = (secrets: Readonly<Record<string, string>>): string =>
  Object.entries({ ...secrets, SERVER_NAME: 'proxy' })
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
