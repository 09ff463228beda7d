import { resolve } from 'node:path';
import { z } from 'zod';
import { FIELD_KEYS } from '../identity/field-keys.ts';
import { BLIND_INDEX_KEY, IDENTITY_PUBLIC_KEYS, type SecretList } from '../identity/key-settings.ts';
import type { FieldKeys } from '../identity/sealed-text.ts';
import type { PublicKeys } from '../identity/tokens.ts';
import { ConfigurationError, parseEnvironment } from '../runtime/config.ts';
import type { TracingConfig } from '../runtime/tracing/tracing-config.ts';
import type { SubgraphLimits } from './limits.ts';
import { fieldSecretNames, type HeldSecrets, requireSecrets, type Secret } from './process-secrets.ts';
import * as settings from './settings.ts';
import { tracingConfig, tracingSettings } from './tracing-settings.ts';

/** Settings of a subgraph that runs as its own process. */
export const subgraphSettings = z.object({
  NODE_ENV: settings.NODE_ENV,
  HOST: z.string().default('127.0.0.1').meta({ description: 'Address on which the subgraph listens.' }),
  PORT: settings.port.optional().meta({
    description: 'Port on which the subgraph listens. 0 = any free port.',
    otherwise: 'the port from SUBGRAPH_BASE_PORT or `supergraph.yaml`',
  }),
  SUBGRAPH_DATABASE_URL: settings.SUBGRAPH_DATABASE_URL,
  SUBGRAPH_READ_SERVER: settings.SUBGRAPH_READ_SERVER,
  READ_MAX_LAG_MS: settings.READ_MAX_LAG_MS,
  IDENTITY_PUBLIC_KEYS,
  FIELD_KEYS,
  BLIND_INDEX_KEY,
  REDIS_URL: settings.REDIS_URL,
  REPLICAS: settings.REPLICAS,
  MAX_RESULT_OBJECTS: settings.MAX_RESULT_OBJECTS,
  STATEMENT_TIMEOUT_MS: settings.STATEMENT_TIMEOUT_MS,
  LOG_LEVEL: settings.LOG_LEVEL,
  SUBGRAPH_BASE_PORT: settings.SUBGRAPH_BASE_PORT,
  DATABASE_URL: settings.DATABASE_URL,
  DATABASE_ROLE_SECRET: settings.DATABASE_ROLE_SECRET,
  DATA_DIR: settings.DATA_DIR,
  ...tracingSettings,
});

/** The parsed settings of a subgraph that runs as its own process. */
export interface SubgraphConfig {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 = any free port; undefined = the port in supergraph.yaml, moved by `basePort`. */
  readonly port: number | undefined;
  readonly basePort: number | undefined;
  /** URL with the role of this subgraph, for tables that are up to date; undefined = this process migrates. */
  readonly ownDatabaseUrl: string | undefined;
  /** A server that follows the one of `ownDatabaseUrl` and answers reads; undefined = there is none. */
  readonly standby: { readonly url: string; readonly maxLagMs: number } | undefined;
  /** URL of the administrator, if this process migrates; undefined = embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly roleSecret: string | undefined;
  /** Undefined = the keys of this installation. */
  readonly identityPublicKeys: PublicKeys | undefined;
  /** Undefined = the keys of this installation. */
  readonly fieldKeys: FieldKeys | undefined;
  /** Undefined = the secret of this installation. */
  readonly blindIndexKeys: SecretList | undefined;
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly limits: SubgraphLimits;
  /** Undefined = no traces. */
  readonly tracing: TracingConfig | undefined;
}

/** @param ownSecrets secrets of this subgraph besides those of every subgraph */
export function readSubgraphConfig(
  ownSecrets: readonly Secret[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): SubgraphConfig {
  requireSecrets(environment, secretsOfSubgraph(ownSecrets));
  const parsed = parseEnvironment(subgraphSettings, environment);
  settings.requireRedisOfReplicas(parsed);
  return {
    environment: parsed.NODE_ENV,
    host: parsed.HOST,
    port: parsed.PORT,
    basePort: parsed.SUBGRAPH_BASE_PORT,
    ownDatabaseUrl: parsed.SUBGRAPH_DATABASE_URL,
    standby: standbyOf(parsed),
    databaseUrl: parsed.DATABASE_URL,
    roleSecret: parsed.DATABASE_ROLE_SECRET,
    identityPublicKeys: parsed.IDENTITY_PUBLIC_KEYS,
    fieldKeys: parsed.FIELD_KEYS,
    blindIndexKeys: parsed.BLIND_INDEX_KEY,
    redisUrl: parsed.REDIS_URL,
    dataDir: resolve(parsed.DATA_DIR),
    logLevel: parsed.LOG_LEVEL,
    limits: { maxObjects: parsed.MAX_RESULT_OBJECTS, statementTimeoutMs: parsed.STATEMENT_TIMEOUT_MS },
    tracing: tracingConfig(parsed),
  };
}

/** The standby has the roles and passwords of the server that it follows. */
function standbyOf({
  SUBGRAPH_DATABASE_URL,
  SUBGRAPH_READ_SERVER,
  READ_MAX_LAG_MS: maxLagMs,
}: z.infer<typeof subgraphSettings>): SubgraphConfig['standby'] {
  if (SUBGRAPH_READ_SERVER === undefined) return undefined;
  if (SUBGRAPH_DATABASE_URL === undefined)
    throw new ConfigurationError('SUBGRAPH_READ_SERVER: also set SUBGRAPH_DATABASE_URL, whose server it follows.');
  const url = new URL(SUBGRAPH_DATABASE_URL);
  url.host = SUBGRAPH_READ_SERVER;
  return { url: url.href, maxLagMs };
}

/** @param own secrets of this subgraph besides those of every subgraph */
export function secretsOfSubgraph(own: readonly Secret[] = []): HeldSecrets {
  const foreign: Secret[] = [
    'DATABASE_URL',
    'DATABASE_ROLE_SECRET',
    'IDENTITY_SIGNING_KEY',
    'ACCESS_SIGNING_KEY',
    'API_KEY_SECRET',
    ...fieldSecretNames,
    'SMTP_URL',
  ];
  return {
    required: ['SUBGRAPH_DATABASE_URL', 'IDENTITY_PUBLIC_KEYS', ...own],
    refused: foreign.filter((name) => !own.includes(name)),
  };
}
