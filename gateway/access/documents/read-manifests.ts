import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { parseManifest } from './manifest.ts';
import type { TrustedText } from './trusted-documents.ts';

/** Relay's map of the same documents lies beside each manifest. */
const relayMap = /\.relay\.json$/;

/** Reads the manifests of a folder: `NAME.json` for the client NAME. @throws ConfigurationError */
export function readManifests(folder: string): TrustedText[] {
  return filesOf(folder)
    .filter((name) => name.endsWith('.json') && !relayMap.test(name))
    .sort()
    .flatMap((name) => readManifest(join(folder, name)));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new ConfigurationError(`DOCUMENT_MANIFESTS: a readable folder is required; ${errorMessage(error)}`);
  }
}

function readManifest(file: string): TrustedText[] {
  const client = basename(file, '.json');
  try {
    const { operations } = parseManifest(readFileSync(file, 'utf8'));
    return operations.map(({ name, body, contract }) => ({ name, client, text: body, contract }));
  } catch (error) {
    throw new ConfigurationError(
      `DOCUMENT_MANIFESTS: manifests in Apollo's format 1 are required; ${file}: ${errorMessage(error)}`,
    );
  }
}
