import { resolve } from 'node:path';
import { z } from 'zod';
import type { KeyPair, PublicKeys } from '#shared/identity/tokens.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, parseEnvironment } from '#shared/runtime/config.ts';
import { isLoopback } from '#shared/runtime/loopback.ts';
import type { WantedPort } from '#shared/runtime/ports.ts';
import { subgraphAddresses } from '#shared/runtime/supergraph-yaml.ts';
import { requireSecrets } from '#shared/settings/process-secrets.ts';
import type { BucketSize } from './access/clients/token-buckets.ts';
import type { DocumentLimits } from './access/document-limits.ts';
import type { IntrospectionPolicy } from './pipeline/guard-introspection.ts';
import type { ClientRates } from './pipeline/throttle.ts';
import { gatewaySettings, SUBGRAPH_URL } from './settings.ts';

/** `freight` is our own engine, `apollo` the executor of @apollo/gateway. */
export type EngineName = 'freight' | 'apollo';

/** Everything that can be set about the gateway. */
export interface GatewayConfig {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly logLevel: string;
  readonly engine: EngineName;
  /** Absolute path; the file is watched. */
  readonly supergraphFile: string;
  readonly access: AccessConfig;
  /** Client headers handed on to subgraphs, in lower case. */
  readonly forwardHeaders: readonly string[];
  /** Labels of `@override(label:)` that hold; `percent(x)` needs none. */
  readonly overrideLabels: ReadonlySet<string>;
  /** Addresses that replace those in the supergraph, by subgraph name. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly limits: DocumentLimits;
  /** Objects that an operation may cost; undefined where nothing is limited. */
  readonly maxQueryCost: number | undefined;
  /** Elements of a list for which the supergraph states no size. */
  readonly assumedListSize: number;
  readonly maxBodyBytes: number;
  /** Requests that may wait for others to be executed; more of them would wait longer than their clients do. */
  readonly maxWaitingRequests: number;
  /** Milliseconds that one request of a client may take. */
  readonly requestTimeoutMs: number;
  /** Milliseconds that one request to a subgraph may take. */
  readonly subgraphTimeoutMs: number;
  /** Milliseconds that planning one operation may take. */
  readonly planTimeoutMs: number;
  readonly live: LiveConfig;
  readonly drain: DrainConfig;
  readonly publicErrorCodes: ReadonlySet<string>;
  readonly publicErrorExtensions: ReadonlySet<string>;
  readonly clientRates: ClientRates;
  /** Proxies whose `forwarded` headers count: addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly (string | RegExp)[];
  readonly introspection: IntrospectionPolicy;
  /** Whether accounts with a public password exist (never in production), and whether other machines may use them. */
  readonly demoAccounts: 'none' | 'local' | 'public';
  /** Connections that one address may have open. */
  readonly maxConnectionsPerClient: number;
  /** Websockets and HTTP streams that one address, and one account, may have open. */
  readonly maxSocketsPerClient: number;
  /** Operations that one websocket may have under way. */
  readonly maxOperationsPerSocket: number;
  /** Operations that one HTTP request may bring; 0 = batches are refused. */
  readonly batchLimit: number;
  /** Where operators read metrics and detailed health. */
  readonly admin: { readonly host: string; readonly port: number };
}

/** Where a gateway listens: for clients, and for operators. */
export function portsOf({ host, port, admin }: GatewayConfig): { clients: WantedPort; operators: WantedPort } {
  return {
    clients: { owner: 'the gateway', host, port, hostVariable: 'HOST', portVariable: 'PORT' },
    operators: {
      owner: 'metrics and detailed health',
      ...admin,
      hostVariable: 'ADMIN_HOST',
      portVariable: 'ADMIN_PORT',
    },
  };
}

/** `freight`: access tokens are verified and subgraphs get a signed identity. `open`: any supergraph, nobody signs in. */
export type AccessConfig = FreightAccessConfig | { readonly kind: 'open' };

export interface FreightAccessConfig {
  readonly kind: 'freight';
  /** Of identity tokens; undefined = the key of this installation. */
  readonly signingKey?: KeyPair | undefined;
  /** Of access tokens; undefined = the key of this installation. */
  readonly publicKeys?: PublicKeys | undefined;
  /** Where this installation keeps its keys. */
  readonly dataDir: string;
}

export interface LiveConfig {
  /** Milliseconds after which the clients of a subscription are asked for their credentials again; less than an identity token lasts. */
  readonly renewalMs: number;
  /** Milliseconds between pings on websockets; who misses one is cut off with the next. */
  readonly pingMs: number;
}

export interface DrainConfig {
  /** Milliseconds between "not ready" and closing the port, for load balancers to notice. */
  readonly delayMs: number;
  /** Milliseconds that requests in flight get to finish. */
  readonly windowMs: number;
}

const defaultAdminPort = 4100;

const command = {
  call: 'npm run gateway --',
  does: 'The gateway alone, in front of the freight graph or of any supergraph. docs/settings.md names its settings.',
  options: {
    supergraph: {
      type: 'string',
      value: 'FILE',
      help: 'serves this supergraph, without accounts; the freight graph otherwise',
    },
    port: { type: 'string', value: 'NUMBER', help: 'instead of PORT (4000); 0 = any free one' },
    host: { type: 'string', value: 'ADDRESS', help: 'instead of HOST (127.0.0.1)' },
    engine: { type: 'string', value: 'NAME', help: 'freight (our own) or apollo (@apollo/gateway)' },
    'forward-header': {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'header that goes on to subgraphs; may be repeated',
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
  const demoAccounts = !isFreight || parsed.NODE_ENV === 'production' ? 'none' : parsed.DEMO_ACCOUNTS;
  if (demoAccounts === 'local') requireLoopback(parsed.HOST);
  return {
    environment: parsed.NODE_ENV,
    host: parsed.HOST,
    port: parsed.PORT,
    logLevel: parsed.LOG_LEVEL,
    engine: parsed.GATEWAY_ENGINE,
    supergraphFile: resolve(given.supergraph ?? resolve(import.meta.dirname, '../schema/supergraph.graphql')),
    access: isFreight ? freightAccess(parsed) : { kind: 'open' },
    forwardHeaders: parsed.FORWARD_HEADERS.map((name) => name.toLowerCase()),
    overrideLabels: new Set(parsed.OVERRIDE_LABELS),
    subgraphUrls: { ...(isFreight && movedSubgraphs(parsed.SUBGRAPH_BASE_PORT)), ...readSubgraphUrls(environment) },
    limits: {
      maxTokens: parsed.MAX_TOKENS,
      maxDepth: parsed.MAX_DEPTH,
      maxAliases: parsed.MAX_ALIASES,
      maxRootFields: parsed.MAX_ROOT_FIELDS,
      maxSelections: parsed.MAX_SELECTIONS,
      maxLength: parsed.MAX_OPERATION_LENGTH,
    },
    maxQueryCost: parsed.MAX_QUERY_COST ?? (given.supergraph === undefined ? maxQueryCost : undefined),
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
    corsOrigins: parsed.CORS_ORIGINS ?? (parsed.NODE_ENV === 'production' ? [] : [ownMachine]),
    introspection: parsed.INTROSPECTION ?? (parsed.NODE_ENV === 'production' ? 'signed-in' : 'public'),
    demoAccounts,
    maxConnectionsPerClient: parsed.CLIENT_CONNECTIONS ?? (isFreight ? 2_500 : Number.POSITIVE_INFINITY),
    maxSocketsPerClient: parsed.CLIENT_SOCKETS ?? (isFreight ? 100 : Number.POSITIVE_INFINITY),
    maxOperationsPerSocket: parsed.CLIENT_OPERATIONS_PER_SOCKET,
    batchLimit: parsed.BATCH_LIMIT,
    // With any free port for clients, operators get one as well: several gateways may run side by side.
    admin: { host: parsed.ADMIN_HOST, port: parsed.ADMIN_PORT ?? (parsed.PORT === 0 ? 0 : defaultAdminPort) },
  };
}

/**
 * For the gateway as a process of its own. In production it holds its own keys, and neither a database nor the keys of
 * others. With `--supergraph` it needs none.
 * @throws ConfigurationError
 */
export function readServerConfig(
  flags: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): GatewayConfig {
  const isFreight = readCommandLine(command, flags).values.supergraph === undefined;
  requireSecrets(environment, {
    required: isFreight ? ['IDENTITY_SIGNING_KEY', 'ACCESS_PUBLIC_KEYS'] : [],
    refused: isFreight ? ['DATABASE_URL', 'DATABASE_ROLE_SECRET', 'SUBGRAPH_DATABASE_URL', 'ACCESS_SIGNING_KEY'] : [],
  });
  return readGatewayConfig(flags, environment);
}

/** @throws ConfigurationError where other machines could use the demo accounts */
function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new ConfigurationError(
    `HOST: an address that only this machine reaches, such as 127.0.0.1, is required while there are demo accounts, whose password everybody knows; got ${host}. NODE_ENV=production has none; DEMO_ACCOUNTS=public allows other machines.`,
  );
}

type Parsed = z.infer<typeof gatewaySettings>;

/** @throws ConfigurationError where one key is for both uses: whoever holds it could speak as anybody to the gateway */
function freightAccess({ IDENTITY_SIGNING_KEY, ACCESS_PUBLIC_KEYS, DATA_DIR }: Parsed): FreightAccessConfig {
  const kid = IDENTITY_SIGNING_KEY?.publicJwk.kid;
  if (ACCESS_PUBLIC_KEYS?.some((key) => key.kid === kid))
    throw new ConfigurationError(
      `IDENTITY_SIGNING_KEY: a key of its own is required; key "${kid}" is among ACCESS_PUBLIC_KEYS too. \`npm run keys\` prints new keys.`,
    );
  return {
    kind: 'freight',
    signingKey: IDENTITY_SIGNING_KEY,
    publicKeys: ACCESS_PUBLIC_KEYS,
    dataDir: resolve(DATA_DIR),
  };
}

/** Rates of one client: on by default in front of the freight graph, off in front of any other. A burst is some seconds of its rate. */
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

/** Of the freight graph. Other supergraphs may not say how long their lists are, so nothing is limited there unless MAX_QUERY_COST says so. */
const maxQueryCost = 5_000;

/** While developing, any page served from this machine may ask. */
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

/** `SUBGRAPH_URL_FLEET=http://fleet:4003/graphql` says where a deployment keeps a subgraph. */
function readSubgraphUrls(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = Object.keys(environment).filter((name) => name.startsWith(subgraphUrlPrefix));
  const urls = parseEnvironment(z.object(Object.fromEntries(names.map((name) => [name, SUBGRAPH_URL]))), environment);
  return Object.fromEntries(
    Object.entries(urls).map(([name, address]) => [name.slice(subgraphUrlPrefix.length).toLowerCase(), address]),
  );
}

/** Addresses of the freight subgraphs where SUBGRAPH_BASE_PORT has moved them; 0 (any free port) tells none. */
function movedSubgraphs(base: number | undefined): Record<string, string> {
  return base ? Object.fromEntries(subgraphAddresses(base)) : {};
}
