import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { errorCode } from '../errors/error-code.ts';
import { shownValue } from './secrets.ts';

/** A bad environment: the message names the variable, what was required and what arrived. Shown as one line, no stack. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/** Parses an environment with a zod object; an empty variable counts as none. The error names every wrong variable in one line each. */
export function parseEnvironment<S extends z.ZodObject>(schema: S, environment: NodeJS.ProcessEnv): z.infer<S> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = new Map<string, string>();
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0]);
    if (!lines.has(name)) lines.set(name, `${name}: ${message}; got ${shownValue(name, environment[name])}`);
  }
  throw new ConfigurationError([...lines.values()].join('\n'));
}

/** Creates a folder of ours, or says in one line which folder could not be written. */
export function ensureFolder(path: string): string {
  try {
    makeFolder(path);
    const probe = join(path, '.writable');
    writeFileSync(probe, '');
    return path;
  } catch (cause) {
    throw new ConfigurationError(`DATA_DIR: a writable folder is required; got ${path} (${errorCode(cause)})`);
  }
}

/** Folder by folder: Node's recursive mkdir never ends where the system says that a parent is missing although it is there, as under /proc. */
function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && folder !== dirname(folder); folder = dirname(folder)) {
    missing.unshift(folder);
  }
  for (const folder of missing) mkdirSync(folder, { recursive: existsSync(folder) });
}

/** Reads a small JSON file of ours, or undefined where there is none. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
