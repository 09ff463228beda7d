import { z } from 'zod';
import { ConfigurationError } from '../runtime/config.ts';
import { defaultLimits } from './limits.ts';
import { roleSecretSetting } from './role-secret.ts';

declare module 'zod' {
  /** What docs/settings.md contains about a setting besides its description. */
  interface GlobalMeta {
    /** Unit of a number, such as ms. */
    unit?: string;
    /** Form of a text, such as a list. */
    form?: string;
    /** What applies if the setting is absent and has no fixed default. */
    otherwise?: string;
  }
}

/** Settings that several processes read; each process picks its own from them into one schema. */

export const NODE_ENV = z.enum(['development', 'test', 'production']).default('development').meta({
  description: 'In `production` secrets are required and there is no demo data, so that no default password is in use.',
});

export const LOG_LEVEL = z
  .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  .default('info')
  .meta({ description: 'Lowest level of the log lines that are written. `npm start` writes `warn` and above.' });

export const DATA_DIR = z.string().default('.data').meta({
  description:
    'Folder for the embedded database and, outside production, for the keys and secrets of this installation.',
});

/** A URL of a protocol. @param example shown in the error for other texts */
function urlSetting(protocol: RegExp, example: string) {
  return z.url({ protocol, error: `use a URL such as ${example}` });
}

const postgresUrl = urlSetting(/^postgres(ql)?$/, 'postgresql://role:password@host:5432/database');

export const DATABASE_URL = postgresUrl.optional().meta({
  description:
    'PostgreSQL 15 or newer, as a role that may create roles and databases. In production for `npm run migrate` and `npm start` only.',
  otherwise: 'outside production a PostgreSQL that `npm start` runs under DATA_DIR; `npm run migrate` requires it',
});

export const SUBGRAPH_DATABASE_URL = postgresUrl.optional().meta({
  description:
    'PostgreSQL as the role of this one subgraph, as `npm run migrate -- --urls` prints it. The subgraph then expects its tables to be up to date.',
  otherwise: 'required in production; elsewhere the subgraph migrates with DATABASE_URL or the embedded database',
});

export const SUBGRAPH_READ_SERVER = z
  .string()
  .regex(/^[\w.-]+:\d{1,5}$/, 'use a host and a port such as postgres-standby:5432')
  .optional()
  .meta({
    description:
      'Host and port of a PostgreSQL that follows the one of SUBGRAPH_DATABASE_URL. It answers queries of clients once it has what their caller has written. Set READ_REPLICAS=1 for the gateways too.',
    otherwise: 'the server of SUBGRAPH_DATABASE_URL answers everything',
  });

export const READ_MAX_LAG_MS = z.coerce.number().int().min(2_000).max(30_000).default(5_000).meta({
  description:
    'A standby that is further behind answers no queries while the primary responds. It is measured each second.',
  unit: 'ms',
});

export const DATABASE_ROLE_SECRET = roleSecretSetting.optional().meta({
  description: 'Secret from which the passwords of the database roles derive, such as `openssl rand -hex 32` prints.',
  otherwise:
    'required in production; elsewhere a secret that is made once under DATA_DIR, unless another installation uses the same server',
});

export const REDIS_URL = urlSetting(/^rediss?$/, 'redis://host:6379')
  .optional()
  .meta({
    description: 'Redis that carries live data between processes.',
    otherwise: 'live data stays within the process',
  });

export const REPLICAS = z.coerce.number().int().min(1).max(1_000).default(1).meta({
  description:
    'Number of processes of this kind that run side by side. More than one need REDIS_URL, because budgets, revocations and live data must reach all of them.',
  unit: 'processes',
});

/** @throws ConfigurationError for several replicas without Redis: each would have budgets and live data of its own */
export function requireRedisOfReplicas(given: {
  readonly REPLICAS: number;
  readonly REDIS_URL?: string | undefined;
}): void {
  if (given.REPLICAS === 1 || given.REDIS_URL !== undefined) return;
  throw new ConfigurationError(
    `REDIS_URL is missing: REPLICAS is ${given.REPLICAS}, and these processes share their state in Redis. Set REDIS_URL, or run one process.`,
  );
}

export const port = z.coerce.number().int().min(0).max(65_535);

/** Leaves a hundred ports for subgraphs above it. */
export const SUBGRAPH_BASE_PORT = z.coerce.number().int().min(0).max(65_435).optional().meta({
  description:
    'Port of the first subgraph; the others follow in the order of `supergraph.yaml`. 0 = any free port for each.',
  otherwise: 'the ports in `supergraph.yaml`, from 4001 on',
});

export const DEMO_ACCOUNTS = z.enum(['local', 'public']).default('local').meta({
  description:
    'Who may use the demo accounts, whose password is public: `local` only this machine, `public` every machine that reaches the gateway. Production has no demo accounts.',
});

export const DEMO_SECOND_FACTOR = z.enum(['0', '1']).default('0').meta({
  description:
    'With `1` the demo accounts of staff have second factors. `npm run -s demo -- code EMAIL` prints the code of now. Production has no demo accounts. `npm run reset` removes the factors with the demo data.',
});

export const MAX_RESULT_OBJECTS = z.coerce.number().int().min(1).default(defaultLimits.maxObjects).meta({
  description: 'Maximum number of objects that one request may read from one subgraph.',
  unit: 'objects',
});

export const STATEMENT_TIMEOUT_MS = z.coerce.number().int().min(1).default(defaultLimits.statementTimeoutMs).meta({
  description: 'Maximum time of one SQL statement of a request, and of its wait for a connection.',
  unit: 'ms',
});

export const SEED = z.coerce.number().int().min(1).max(2_147_483_647).default(2025).meta({
  description: 'Seed of the demo data. The same SEED and SEED_NOW give the same data.',
});

export const SEED_NOW = z.iso.datetime().optional().meta({
  description: 'Current time in the demo data, in ISO 8601 and UTC.',
  otherwise: 'the time of the first start',
});

export const SEED_SHIPMENTS = z.coerce.number().int().min(0).max(500_000).default(20_000).meta({
  description: 'Number of shipments in the demo data.',
  unit: 'shipments',
});
