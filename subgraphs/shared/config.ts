import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { errorCode } from './error-code.ts';
import { shownValue } from './secrets.ts';

/** A bad environment: the message names the variable, what was required and what arrived. Shown as one line, no stack. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/** Parses an environment with a zod object; the error names every wrong variable. */
export function parseEnvironment<S extends z.ZodObject>(schema: S, environment: NodeJS.ProcessEnv): z.infer<S> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `${issue.path.join('.')}: ${issue.message}; got ${shownValue(name, environment[name])}`;
  });
  throw new ConfigurationError(lines.join('\n'));
}

/** Creates a folder of ours, or says in one line which folder could not be written. */
export function ensureFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    const probe = join(path, '.writable');
    writeFileSync(probe, '');
    return path;
  } catch (cause) {
    throw new ConfigurationError(`DATA_DIR: a writable folder is required; got ${path} (${errorCode(cause)})`);
  }
}

/** Reads a small JSON file of ours, or undefined where there is none. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
