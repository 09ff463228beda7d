import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** Reads the supergraph file. @throws ConfigurationError with one line about why it can't be read */
export async function readSupergraphFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigurationError(`--supergraph: use a readable supergraph file instead of ${path} (${code})`);
  });
  if (text.trim() === '') throw new ConfigurationError(`--supergraph: a supergraph is required; ${path} is empty`);
  return text;
}
