import type { SecretList } from '#shared/identity/key-settings.ts';
import type { KeyPair, PublicKeys } from '#shared/identity/tokens.ts';
import type { WantedPort } from '#shared/runtime/ports.ts';
import type { TracingConfig } from '#shared/runtime/tracing/tracing-config.ts';
import type { BudgetMode } from './access/budget/budgets.ts';
import type { ComparedSettings } from './access/control/compared-settings.ts';
import type { Audience } from './access/documents/audience.ts';
import type { DocumentLimits } from './access/documents/document-limits.ts';
import type { DocumentPolicy } from './access/documents/policy.ts';
import type { IntrospectionPolicy } from './pipeline/guard-introspection.ts';
import type { ClientRates } from './pipeline/throttle.ts';

/** `freight` is our own engine, `apollo` the executor of @apollo/gateway. */
export type EngineName = 'freight' | 'apollo';

/** The configuration of a gateway. */
export interface GatewayConfig {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly logLevel: string;
  readonly engine: EngineName;
  /** Absolute path; the file is watched. */
  readonly supergraphFile: string;
  /** What happens to a new supergraph that would damage documents. */
  readonly supergraphGate: GateMode;
  readonly canary: CanaryConfig;
  readonly access: AccessConfig;
  readonly snapshots: SnapshotConfig;
  /** Headers of clients that are forwarded to subgraphs, in lower case. */
  readonly forwardHeaders: readonly string[];
  /** Labels of `@override(label:)` that are active. `percent(x)` needs no entry. */
  readonly overrideLabels: ReadonlySet<string>;
  /** Addresses that replace those in the supergraph, by subgraph name. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly limits: DocumentLimits;
  /** Objects that an operation may cost; undefined for no limit. */
  readonly maxQueryCost: number | undefined;
  /** Undefined if operations cost nothing. */
  readonly budgetMode: BudgetMode | undefined;
  /** True if standbys may answer queries. */
  readonly readReplicas: boolean;
  /** Holds budgets for all gateways; undefined if each has its own. */
  readonly redisUrl: string | undefined;
  /** The release that this gateway runs. */
  readonly release: string;
  /** Settings that all gateways of one graph must have in common. */
  readonly compared: ComparedSettings;
  /** Elements of a list for which the supergraph states no size. */
  readonly assumedListSize: number;
  readonly maxBodyBytes: number;
  /** Requests that may wait for execution. Further ones would wait longer than their clients do. */
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
  /** From where staff may administer: addresses and CIDR ranges; none = from everywhere. */
  readonly staffNetworks: readonly string[];
  readonly corsOrigins: readonly (string | RegExp)[];
  readonly introspection: IntrospectionPolicy;
  readonly documents: DocumentsConfig;
  /** Says whether accounts with a public password exist (never in production), and whether other machines may use them. */
  readonly demoAccounts: 'none' | 'local' | 'public';
  /** Connections that one address may have open. */
  readonly maxConnectionsPerClient: number;
  /** Websockets and HTTP streams that one address, and one account, may have open. */
  readonly maxSocketsPerClient: number;
  /** Operations that may run at once on one websocket. */
  readonly maxOperationsPerSocket: number;
  /** Operations that one HTTP request may contain as a list; 0 = batches are refused. */
  readonly maxBatchSize: number;
  /** Where operators read metrics and detailed health. */
  readonly admin: { readonly host: string; readonly port: number };
  /** Undefined = no traces. */
  readonly tracing: TracingConfig | undefined;
}

/** The ports of a gateway: one for clients, and one for operators. */
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

/** `freight`: access tokens are verified and subgraphs get a signed identity. `open`: any supergraph, without accounts. */
export type AccessConfig = FreightAccessConfig | { readonly kind: 'open' };

export interface FreightAccessConfig {
  readonly kind: 'freight';
  /** Signs identity tokens; undefined = the key of this installation. */
  readonly signingKey?: KeyPair | undefined;
  /** Verify access tokens; undefined = the key of this installation. */
  readonly publicKeys?: PublicKeys | undefined;
  /** See `hashApiKey`; undefined = that of this installation. */
  readonly apiKeySecrets?: SecretList | undefined;
  /** Folder with the keys of this installation. */
  readonly dataDir: string;
}

export interface DocumentsConfig {
  /** Folder with the manifests of trusted documents; undefined for none. */
  readonly manifests: string | undefined;
  readonly policies: Readonly<Record<Audience, DocumentPolicy>>;
}

/** How the gateway reads the access snapshot. */
export interface SnapshotConfig {
  /** Milliseconds between two reads. */
  readonly intervalMs: number;
  /** Milliseconds for which API keys are accepted by a snapshot that can't be renewed. */
  readonly maxAgeMs: number;
}

/** `enforce` refuses a supergraph that damages documents, `report` logs the documents, `off` compares none. */
export type GateMode = 'enforce' | 'report' | 'off';

/** How a new supergraph is tried on a share of the callers. */
export interface CanaryConfig {
  /** Share of the callers, between 0 and 1; 0 = it serves everybody at once. */
  readonly share: number;
  /** Requests after which a canary may be judged. */
  readonly enoughRequests: number;
  /** Milliseconds for which a canary with enough requests is observed. */
  readonly minimumMs: number;
  /** Milliseconds after which a canary is judged by the requests that it has. */
  readonly maximumMs: number;
}

export interface LiveConfig {
  /** Milliseconds between two checks of the credentials of a subscription's clients. Must be less than the life of an identity token. */
  readonly renewalMs: number;
  /** Milliseconds between pings on websockets. A client that misses one is disconnected at the next. */
  readonly pingMs: number;
}

export interface DrainConfig {
  /** Milliseconds between "not ready" and closing the port, for load balancers to notice. */
  readonly delayMs: number;
  /** Milliseconds that requests in flight get to finish. */
  readonly windowMs: number;
}
