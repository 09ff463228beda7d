import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { errorCode } from '../errors/error-code.ts';
import { shownValue } from './secrets.ts';

/** A wrong setting. The message names the variable, the required value and the actual one. It is shown as one line, without a stack. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/** Says what an option or an argument needs, and what it got: `--to needs a version, for example 1.2.0. Got "abc".` */
export function needs(what: string, need: string, got = ''): ConfigurationError {
  return new ConfigurationError(`${what} needs ${need}. Got ${got === '' ? 'nothing' : `"${got}"`}.`);
}

/** Parses an environment. Empty variables count as absent. @throws ConfigurationError with one line per wrong variable */
export function parseEnvironment<S extends z.ZodObject>(schema: S, environment: NodeJS.ProcessEnv): z.infer<S> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = new Map<string, string>();
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0]);
    const given = environment[name] ? `is ${shownValue(name, environment[name])}` : 'is not set';
    if (!lines.has(name)) lines.set(name, `${name}: ${message}; it ${given}`);
  }
  throw new ConfigurationError([...lines.values()].join('\n'));
}

/** Creates a folder if it is missing. @throws ConfigurationError if it is not writable */
export function ensureFolder(path: string): string {
  try {
    makeFolder(path);
    const probe = join(path, '.writable');
    writeFileSync(probe, '');
    return path;
  } catch (cause) {
    throw new ConfigurationError(`DATA_DIR: use a writable folder instead of ${path} (${errorCode(cause)})`);
  }
}

/** Creates missing folders one by one. Node's recursive mkdir loops forever if the system wrongly reports a missing parent, as under /proc. */
function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && folder !== dirname(folder); folder = dirname(folder)) {
    missing.unshift(folder);
  }
  for (const folder of missing) mkdirSync(folder, { recursive: existsSync(folder) });
}

/** Reads a small JSON file; undefined if it is missing or not JSON. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
