import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { errorCode } from './error-code.ts';
import { defaultLimits, type SubgraphLimits } from './limits.ts';
import { roleSecretSetting } from './role-secret.ts';
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

export const port = z.coerce.number().int().min(0).max(65_535);

/** Port of the first subgraph, the others follow; room for a hundred. */
export const basePort = z.coerce.number().int().min(0).max(65_435);

/** Whether other machines may use accounts whose password everybody knows. */
export const demoAccountsSetting = z.enum(['local', 'public']).default('local');

const sharedEnvironment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  DATA_DIR: z.string().default('.data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SEED: z.coerce.number().int().min(1).max(2_147_483_647).default(2025),
  SEED_NOW: z.iso.datetime().optional(),
  SEED_SHIPMENTS: z.coerce.number().int().min(0).max(500_000).default(20_000),
  SUBGRAPH_BASE_PORT: basePort.optional(),
  DATABASE_ROLE_SECRET: roleSecretSetting.optional(),
  DEMO_ACCOUNTS: demoAccountsSetting,
  MAX_RESULT_OBJECTS: z.coerce.number().int().min(1).default(defaultLimits.maxObjects),
  STATEMENT_TIMEOUT_MS: z.coerce.number().int().min(1).default(defaultLimits.statementTimeoutMs),
});

/** What every process of the product shares. */
export interface SharedConfig {
  readonly environment: 'development' | 'test' | 'production';
  /** Server with the right to create roles and schemas; undefined = embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: string;
  /** Seed of the demo data. */
  readonly seed: number;
  /** The moment of the demo data; that of the first start where undefined. */
  readonly seedNow: Date | undefined;
  /** Shipments in the history of the demo data. */
  readonly seedShipments: number;
  /** Port of the first subgraph, the others follow in the order of supergraph.yaml; undefined = the ports of that file. */
  readonly subgraphBasePort: number | undefined;
  /** Passwords of the subgraphs' database roles derive from it; undefined = one that this installation makes. */
  readonly roleSecret: string | undefined;
  readonly demoAccounts: 'local' | 'public';
  readonly limits: SubgraphLimits;
}

export function readSharedConfig(environment: NodeJS.ProcessEnv = process.env): SharedConfig {
  const parsed = parseEnvironment(sharedEnvironment, environment);
  const dataDir = resolve(parsed.DATA_DIR);
  if (parsed.NODE_ENV === 'production' && !parsed.DATABASE_ROLE_SECRET) {
    throw new ConfigurationError('DATABASE_ROLE_SECRET: required in production (16 characters or more); got nothing');
  }
  return {
    environment: parsed.NODE_ENV,
    databaseUrl: parsed.DATABASE_URL,
    redisUrl: parsed.REDIS_URL,
    dataDir,
    logLevel: parsed.LOG_LEVEL,
    seed: parsed.SEED,
    seedNow: parsed.SEED_NOW === undefined ? undefined : new Date(parsed.SEED_NOW),
    seedShipments: parsed.SEED_SHIPMENTS,
    subgraphBasePort: parsed.SUBGRAPH_BASE_PORT,
    roleSecret: parsed.DATABASE_ROLE_SECRET,
    demoAccounts: parsed.DEMO_ACCOUNTS,
    limits: { maxObjects: parsed.MAX_RESULT_OBJECTS, statementTimeoutMs: parsed.STATEMENT_TIMEOUT_MS },
  };
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
