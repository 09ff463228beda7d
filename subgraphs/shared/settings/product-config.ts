import { resolve } from 'node:path';
import { z } from 'zod';
import { FIELD_KEYS } from '../identity/field-keys.ts';
import {
  ACCESS_SIGNING_KEY,
  API_KEY_SECRET,
  BLIND_INDEX_KEY,
  IDENTITY_SIGNING_KEY,
  type SecretList,
} from '../identity/key-settings.ts';
import type { KeyUse } from '../identity/keys.ts';
import type { FieldKeys } from '../identity/sealed-text.ts';
import type { KeyPair } from '../identity/tokens.ts';
import { ConfigurationError, parseEnvironment } from '../runtime/config.ts';
import type { TracingConfig } from '../runtime/tracing/tracing-config.ts';
import type { SubgraphLimits } from './limits.ts';
import { fieldSecretNames, requireSecrets } from './process-secrets.ts';
import * as settings from './settings.ts';
import { tracingConfig, tracingSettings } from './tracing-settings.ts';

/** Settings of `npm start` besides those of the gateway and the subgraphs. */
export const productSettings = z.object({
  NODE_ENV: settings.NODE_ENV,
  DATABASE_URL: settings.DATABASE_URL,
  DATABASE_ROLE_SECRET: settings.DATABASE_ROLE_SECRET,
  ACCESS_SIGNING_KEY,
  IDENTITY_SIGNING_KEY,
  API_KEY_SECRET,
  FIELD_KEYS,
  BLIND_INDEX_KEY,
  DATA_DIR: settings.DATA_DIR,
  REDIS_URL: settings.REDIS_URL,
  SUBGRAPH_BASE_PORT: settings.SUBGRAPH_BASE_PORT,
  MAX_RESULT_OBJECTS: settings.MAX_RESULT_OBJECTS,
  STATEMENT_TIMEOUT_MS: settings.STATEMENT_TIMEOUT_MS,
  DEMO_ACCOUNTS: settings.DEMO_ACCOUNTS,
  DEMO_SECOND_FACTOR: settings.DEMO_SECOND_FACTOR,
  SEED: settings.SEED,
  SEED_NOW: settings.SEED_NOW,
  SEED_SHIPMENTS: settings.SEED_SHIPMENTS,
  LOG_LEVEL: settings.LOG_LEVEL,
  ...tracingSettings,
});

/** Settings of the product in one process. */
export interface ProductConfig {
  readonly environment: 'development' | 'test' | 'production';
  /** URL with a role that may create roles and schemas; undefined = embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: string;
  /** Seed of the demo data. */
  readonly seed: number;
  /** The current time in the demo data; undefined = the time of the first start. */
  readonly seedNow: Date | undefined;
  /** Number of shipments in the demo data. */
  readonly seedShipments: number;
  /** Port of the first subgraph. The others follow in the order of supergraph.yaml. Undefined = the ports in that file. */
  readonly subgraphBasePort: number | undefined;
  /** Secret from which the passwords of the database roles derive; undefined = the secret of this installation. */
  readonly roleSecret: string | undefined;
  /** Undefined = the keys of this installation. */
  readonly signingKeys: Readonly<Record<KeyUse, KeyPair | undefined>>;
  /** Secrets under which API keys are hashed; undefined = that of this installation. */
  readonly apiKeySecrets: SecretList | undefined;
  /** Undefined = the key of this installation. */
  readonly fieldKeys: FieldKeys | undefined;
  /** Secret of blind indexes; undefined = the secret of this installation. */
  readonly blindIndexKeys: SecretList | undefined;
  readonly demoAccounts: 'local' | 'public';
  /** True if the demo accounts of staff have second factors. */
  readonly demoSecondFactor: boolean;
  readonly limits: SubgraphLimits;
  /** Undefined = no traces. */
  readonly tracing: TracingConfig | undefined;
}

export function readProductConfig(environment: NodeJS.ProcessEnv = process.env): ProductConfig {
  const parsed = parseEnvironment(productSettings, environment);
  return {
    environment: parsed.NODE_ENV,
    databaseUrl: parsed.DATABASE_URL,
    redisUrl: parsed.REDIS_URL,
    dataDir: resolve(parsed.DATA_DIR),
    logLevel: parsed.LOG_LEVEL,
    seed: parsed.SEED,
    seedNow: parsed.SEED_NOW === undefined ? undefined : new Date(parsed.SEED_NOW),
    seedShipments: parsed.SEED_SHIPMENTS,
    subgraphBasePort: parsed.SUBGRAPH_BASE_PORT,
    roleSecret: parsed.DATABASE_ROLE_SECRET,
    signingKeys: { access: parsed.ACCESS_SIGNING_KEY, identity: parsed.IDENTITY_SIGNING_KEY },
    apiKeySecrets: parsed.API_KEY_SECRET,
    fieldKeys: parsed.FIELD_KEYS,
    blindIndexKeys: parsed.BLIND_INDEX_KEY,
    demoAccounts: parsed.DEMO_ACCOUNTS,
    demoSecondFactor: parsed.DEMO_SECOND_FACTOR === '1',
    limits: { maxObjects: parsed.MAX_RESULT_OBJECTS, statementTimeoutMs: parsed.STATEMENT_TIMEOUT_MS },
    tracing: tracingConfig(parsed),
  };
}

/** Reads the settings of `npm start`. In production all secrets must be set. */
export function readStartConfig(environment: NodeJS.ProcessEnv): ProductConfig {
  requireSecrets(environment, {
    required: [
      'DATABASE_URL',
      'DATABASE_ROLE_SECRET',
      'ACCESS_SIGNING_KEY',
      'IDENTITY_SIGNING_KEY',
      'API_KEY_SECRET',
      ...fieldSecretNames,
    ],
    refused: [],
  });
  const config = readProductConfig(environment);
  const { access, identity } = config.signingKeys;
  if (access && access.publicJwk.kid === identity?.publicJwk.kid)
    throw new ConfigurationError('IDENTITY_SIGNING_KEY: use another key than for ACCESS_SIGNING_KEY');
  return config;
}
