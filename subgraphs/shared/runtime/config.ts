import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../errors/error-code.ts';
import { shownValue } from './secrets.ts';
import { wordFault, wordIssue } from './word-issue.ts';

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
  const parsed = schema.safeParse(given, {
    error: (issue) => wordRange(schema.shape[String(issue.path?.[0])]) ?? wordIssue(issue),
  });
  if (parsed.success) return parsed.data;
  const lines = new Map<string, string>();
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0]);
    const given = environment[name] ? `is ${shownValue(name, environment[name])}` : 'is not set';
    if (!lines.has(name)) lines.set(name, `${name}: ${message}; it ${given}`);
  }
  throw new ConfigurationError([...lines.values()].join('\n'));
}

const numeric = z.object({
  type: z.enum(['integer', 'number']),
  minimum: z.number().default(0),
  maximum: z.number().default(Number.MAX_SAFE_INTEGER),
});

/** The numbers that a setting accepts; undefined for a setting of another kind. */
function wordRange(setting: z.core.$ZodType | undefined): string | undefined {
  const form = setting && z.toJSONSchema(setting, { io: 'input', unrepresentable: 'any' });
  const { data } = numeric.safeParse(form);
  if (!data) return undefined;
  const { type, minimum, maximum } = data;
  const range = maximum < Number.MAX_SAFE_INTEGER ? `from ${minimum} to ${maximum}` : `from ${minimum}`;
  return `use a ${type === 'integer' ? 'whole number' : 'number'} ${range}`;
}

/**
 * Parses what a file or a server gave.
 * @param what where it comes from, such as the path of the file
 * @throws ConfigurationError that names each fault in one line
 */
export function parseGiven<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(value, { error: wordIssue });
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(`${what}: ${parsed.error.issues.map(wordFault).join('; ')}`);
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
