import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { fieldSecretNames, type HeldSecrets, requireSecrets } from '#shared/settings/process-secrets.ts';
import * as settings from '#shared/settings/settings.ts';

/** Settings of `npm run migrate`. */
export const migrateSettings = z.object({
  NODE_ENV: settings.NODE_ENV,
  DATABASE_URL: settings.DATABASE_URL,
  DATABASE_ROLE_SECRET: settings.DATABASE_ROLE_SECRET,
  DATA_DIR: settings.DATA_DIR,
  LOG_LEVEL: settings.LOG_LEVEL,
});

/** The secrets of `npm run migrate`: those of the administrator, and none of other processes. */
export const migrateSecrets: HeldSecrets = {
  required: ['DATABASE_URL', 'DATABASE_ROLE_SECRET'],
  refused: [
    'SUBGRAPH_DATABASE_URL',
    'ACCESS_SIGNING_KEY',
    'IDENTITY_SIGNING_KEY',
    'API_KEY_SECRET',
    ...fieldSecretNames,
    'SMTP_URL',
  ],
};

export interface MigrateConfig {
  /** Server with the right to create roles and schemas. */
  readonly databaseUrl: string;
  /** Secret from which the passwords of the database roles derive; undefined = the secret of this installation. */
  readonly roleSecret: string | undefined;
  readonly dataDir: string;
  readonly logLevel: string;
}

/** Reads where the database is, for `npm run migrate` and for commands that may also hold other secrets. @throws ConfigurationError */
export function readMigrateConfig(environment: NodeJS.ProcessEnv = process.env): MigrateConfig {
  requireSecrets(environment, { required: migrateSecrets.required, refused: [] });
  const parsed = parseEnvironment(migrateSettings, environment);
  if (parsed.DATABASE_URL === undefined)
    throw new ConfigurationError(
      'DATABASE_URL: set a URL of an account that may create roles. The embedded database is migrated by `npm start`.',
    );
  return {
    databaseUrl: parsed.DATABASE_URL,
    roleSecret: parsed.DATABASE_ROLE_SECRET,
    dataDir: resolve(parsed.DATA_DIR),
    logLevel: parsed.LOG_LEVEL,
  };
}
