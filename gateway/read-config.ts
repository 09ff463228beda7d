import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { isLoopback } from '#shared/runtime/loopback.ts';
import { subgraphAddresses } from '#shared/runtime/supergraph-yaml.ts';
import { fieldSecretNames, type HeldSecrets, requireSecrets } from '#shared/settings/process-secrets.ts';
import { requireRedisOfReplicas } from '#shared/settings/settings.ts';
import { tracingConfig } from '#shared/settings/tracing-settings.ts';
import type { BudgetMode } from './access/budget/budgets.ts';
import type { BucketSize } from './access/clients/token-bucket.ts';
import { comparedSettings } from './access/control/compared-settings.ts';
import type { DocumentsConfig, FreightAccessConfig, GatewayConfig } from './config.ts';
import type { ClientRates } from './pipeline/throttle.ts';
import { gatewaySettings, SUBGRAPH_URL } from './settings.ts';

const defaultAdminPort = 4100;

const { version: ownVersion } = z
  .object({ version: z.string() })
  .parse(createRequire(import.meta.url)('../package.json'));

const command = {
  call: 'npm run gateway --',
  does: 'The gateway alone, in front of the freight graph or of any supergraph. docs/settings.md names its settings.',
  options: {
    supergraph: {
      type: 'string',
      value: 'FILE',
      help: 'serves this supergraph without accounts; default: the freight graph',
    },
    port: { type: 'string', value: 'NUMBER', help: 'instead of PORT (4000); 0 = any free one' },
    host: { type: 'string', value: 'ADDRESS', help: 'instead of HOST (127.0.0.1)' },
    engine: { type: 'string', value: 'NAME', help: 'freight (our own) or apollo (@apollo/gateway)' },
    'forward-header': {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'header that is forwarded to subgraphs; may be repeated',
    },
  },
} as const;

/**
 * Reads flags and environment; a flag wins over its variable.
 * @throws ConfigurationError with one line per wrong flag or variable
 */
export function readGatewayConfig(
  flags: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): GatewayConfig {
  const given = readCommandLine(command, flags).values;
  const isFreight = given.supergraph === undefined;
  const parsed = parseEnvironment(gatewaySettings, withFlags(environment, given));
  requireRedisOfReplicas(parsed);
  const demoAccounts = !isFreight || parsed.NODE_ENV === 'production' ? 'none' : parsed.DEMO_ACCOUNTS;
  if (demoAccounts === 'local') requireLoopback(parsed.HOST);
  const subgraphUrls = {
    ...(isFreight && movedSubgraphs(parsed.SUBGRAPH_BASE_PORT)),
    ...readSubgraphUrls(environment),
  };
  return {
    environment: parsed.NODE_ENV,
    host: parsed.HOST,
    port: parsed.PORT,
    logLevel: parsed.LOG_LEVEL,
    engine: parsed.GATEWAY_ENGINE,
    supergraphFile: resolve(given.supergraph ?? resolve(import.meta.dirname, '../schema/supergraph.graphql')),
    supergraphGate: parsed.SUPERGRAPH_GATE ?? (parsed.NODE_ENV === 'production' ? 'enforce' : 'report'),
    canary: { ...canaryTimes, share: (parsed.CANARY_SHARE ?? (parsed.NODE_ENV === 'production' ? 5 : 0)) / 100 },
    access: isFreight ? freightAccess(parsed) : { kind: 'open' },
    snapshots: { intervalMs: parsed.ACCESS_SNAPSHOT_INTERVAL_MS, maxAgeMs: parsed.ACCESS_SNAPSHOT_MAX_AGE * 1_000 },
    forwardHeaders: parsed.FORWARD_HEADERS.map((name) => name.toLowerCase()),
    overrideLabels: new Set(parsed.OVERRIDE_LABELS),
    subgraphUrls,
    limits: {
      maxTokens: parsed.MAX_TOKENS,
      maxDepth: parsed.MAX_DEPTH,
      maxAliases: parsed.MAX_ALIASES,
      maxRootFields: parsed.MAX_ROOT_FIELDS,
      maxSelections: parsed.MAX_SELECTIONS,
      maxLength: parsed.MAX_OPERATION_LENGTH,
    },
    maxQueryCost: parsed.MAX_QUERY_COST ?? (given.supergraph === undefined ? maxQueryCost : undefined),
    budgetMode: budgetMode(parsed.BUDGET_MODE ?? (isFreight ? 'enforce' : 'off')),
    readReplicas: parsed.READ_REPLICAS === '1',
    redisUrl: parsed.REDIS_URL,
    release: parsed.RELEASE ?? ownVersion,
    compared: comparedSettings({ ...parsed, SUBGRAPH_URLS: subgraphUrls }),
    assumedListSize: parsed.ASSUMED_LIST_SIZE,
    maxBodyBytes: parsed.MAX_BODY_BYTES,
    maxWaitingRequests: parsed.MAX_WAITING_REQUESTS,
    requestTimeoutMs: parsed.REQUEST_TIMEOUT_MS,
    subgraphTimeoutMs: parsed.SUBGRAPH_TIMEOUT_MS,
    planTimeoutMs: parsed.PLAN_TIMEOUT_MS,
    live: { renewalMs: parsed.LIVE_RENEWAL_MS, pingMs: parsed.LIVE_PING_MS },
    drain: { delayMs: parsed.DRAIN_DELAY_MS, windowMs: parsed.DRAIN_WINDOW_MS },
    publicErrorCodes: new Set(parsed.PUBLIC_ERROR_CODES),
    publicErrorExtensions: new Set(parsed.PUBLIC_ERROR_EXTENSIONS),
    clientRates: clientRates(parsed, isFreight),
    trustedProxies: parsed.TRUSTED_PROXIES,
    staffNetworks: parsed.STAFF_NETWORKS ?? [],
    corsOrigins: parsed.CORS_ORIGINS ?? (parsed.NODE_ENV === 'production' ? [] : [ownMachine]),
    introspection: parsed.INTROSPECTION ?? (parsed.NODE_ENV === 'production' ? 'signed-in' : 'public'),
    documents: documentsConfig(parsed, isFreight),
    demoAccounts,
    maxConnectionsPerClient: parsed.CLIENT_CONNECTIONS ?? (isFreight ? 2_500 : Number.POSITIVE_INFINITY),
    maxSocketsPerClient: parsed.CLIENT_SOCKETS ?? (isFreight ? 100 : Number.POSITIVE_INFINITY),
    maxOperationsPerSocket: parsed.CLIENT_OPERATIONS_PER_SOCKET,
    maxBatchSize: parsed.BATCH_LIMIT,
    // A free port for clients implies a free port for operators, so that several gateways can run side by side.
    admin: { host: parsed.ADMIN_HOST, port: parsed.ADMIN_PORT ?? (parsed.PORT === 0 ? 0 : defaultAdminPort) },
    tracing: tracingConfig(parsed),
  };
}

/** The secrets of a gateway in front of the freight graph. */
export const secretsOfGateway: HeldSecrets = {
  required: ['IDENTITY_SIGNING_KEY', 'ACCESS_PUBLIC_KEYS', 'API_KEY_SECRET'],
  refused: [
    'DATABASE_URL',
    'DATABASE_ROLE_SECRET',
    'SUBGRAPH_DATABASE_URL',
    'ACCESS_SIGNING_KEY',
    ...fieldSecretNames,
    'SMTP_URL',
  ],
};

/**
 * Reads the configuration of a gateway that runs as a process of its own. In production it has its own keys, but neither a database nor keys of
 * other processes. With `--supergraph` it needs no keys.
 * @throws ConfigurationError
 */
export function readServerConfig(
  flags: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): GatewayConfig {
  const isFreight = readCommandLine(command, flags).values.supergraph === undefined;
  requireSecrets(environment, isFreight ? secretsOfGateway : { required: [], refused: [] });
  return readGatewayConfig(flags, environment);
}

/** @throws ConfigurationError if other machines could use the demo accounts */
function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new ConfigurationError(
    `HOST: use an address that only this machine reaches, such as 127.0.0.1, instead of ${host}: demo accounts exist, and their password is public. NODE_ENV=production has no demo accounts; DEMO_ACCOUNTS=public allows other machines.`,
  );
}

type Parsed = z.infer<typeof gatewaySettings>;

/** @throws ConfigurationError if one key has both uses: the access subgraph could then sign identity tokens, and the gateway access tokens */
function freightAccess({
  IDENTITY_SIGNING_KEY,
  ACCESS_PUBLIC_KEYS,
  API_KEY_SECRET,
  DATA_DIR,
}: Parsed): FreightAccessConfig {
  const kid = IDENTITY_SIGNING_KEY?.publicJwk.kid;
  if (ACCESS_PUBLIC_KEYS?.some((key) => key.kid === kid))
    throw new ConfigurationError(
      `IDENTITY_SIGNING_KEY: a key of its own is required; key "${kid}" is among ACCESS_PUBLIC_KEYS too. \`npm run keys\` prints new keys.`,
    );
  return {
    kind: 'freight',
    signingKey: IDENTITY_SIGNING_KEY,
    publicKeys: ACCESS_PUBLIC_KEYS,
    apiKeySecrets: API_KEY_SECRET,
    dataDir: resolve(DATA_DIR),
  };
}

/** In front of another supergraph all callers are anonymous, and any document may run unless the operator restricts them. */
function documentsConfig(parsed: Parsed, isFreight: boolean): DocumentsConfig {
  const given =
    parsed.DOCUMENT_MANIFESTS ?? (isFreight ? resolve(import.meta.dirname, '../schema/manifests') : undefined);
  const inPublic = isFreight && parsed.NODE_ENV === 'production' ? 'apq' : 'free';
  return {
    manifests: given && resolve(given),
    policies: {
      partner: parsed.DOCUMENT_POLICY_PARTNER ?? (isFreight ? 'registered' : 'free'),
      staff: parsed.DOCUMENT_POLICY_STAFF ?? 'free',
      app: parsed.DOCUMENT_POLICY_APP ?? inPublic,
      anonymous: parsed.DOCUMENT_POLICY_ANONYMOUS ?? inPublic,
    },
  };
}

function budgetMode(given: BudgetMode | 'off'): BudgetMode | undefined {
  return given === 'off' ? undefined : given;
}

/** Reads the rates of one client. Default: on for the freight graph, off for any other. The default burst is a few seconds of the rate. */
function clientRates(parsed: Parsed, byDefault: boolean): ClientRates {
  const bucket = (rate: number, burst: number): BucketSize | undefined =>
    rate === 0 ? undefined : { perSecond: rate, burst: Math.max(1, Math.ceil(burst)) };
  const rate = parsed.CLIENT_RATE ?? (byDefault ? 200 : 0);
  const newDocuments = parsed.CLIENT_NEW_DOCUMENTS ?? (byDefault ? 20 : 0);
  return {
    requests: bucket(rate, parsed.CLIENT_BURST ?? 2 * rate),
    newDocuments: bucket(newDocuments, parsed.CLIENT_NEW_DOCUMENTS_BURST ?? 10 * newDocuments),
  };
}

/** A canary with enough requests is observed for ten seconds; one with fewer is judged after a minute. */
const canaryTimes = { enoughRequests: 50, minimumMs: 10_000, maximumMs: 60_000 };

/** Default for the freight graph. Other supergraphs may not state the length of lists, so they have no limit unless MAX_QUERY_COST sets one. */
const maxQueryCost = 5_000;

/** In development, pages served from this machine may send requests. */
const ownMachine = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

type Flags = ReturnType<typeof readCommandLine<typeof command.options>>['values'];

function withFlags(environment: NodeJS.ProcessEnv, flags: Flags): NodeJS.ProcessEnv {
  return {
    ...environment,
    ...(flags.port !== undefined && { PORT: flags.port }),
    ...(flags.host !== undefined && { HOST: flags.host }),
    ...(flags.engine !== undefined && { GATEWAY_ENGINE: flags.engine }),
    ...(flags['forward-header'] !== undefined && { FORWARD_HEADERS: flags['forward-header'].join(',') }),
  };
}

const subgraphUrlPrefix = 'SUBGRAPH_URL_';

/** Reads the addresses of subgraphs, such as `SUBGRAPH_URL_FLEET=http://fleet:4003/graphql`. */
function readSubgraphUrls(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = Object.keys(environment).filter((name) => name.startsWith(subgraphUrlPrefix));
  const urls = parseEnvironment(z.object(Object.fromEntries(names.map((name) => [name, SUBGRAPH_URL]))), environment);
  return Object.fromEntries(
    Object.entries(urls).map(([name, address]) => [name.slice(subgraphUrlPrefix.length).toLowerCase(), address]),
  );
}

/** Returns the addresses of the freight subgraphs by SUBGRAPH_BASE_PORT. With 0 (any free port) there are none. */
function movedSubgraphs(base: number | undefined): Record<string, string> {
  return base ? Object.fromEntries(subgraphAddresses(base)) : {};
}
