import { z } from 'zod';
import { isAddressRange } from '#shared/identity/address-ranges.ts';
import { ACCESS_PUBLIC_KEYS, API_KEY_SECRET, IDENTITY_SIGNING_KEY } from '#shared/identity/key-settings.ts';
import * as shared from '#shared/settings/settings.ts';
import { tracingSettings } from '#shared/settings/tracing-settings.ts';
import { documentPolicies } from './access/documents/policy.ts';

const count = z.coerce.number().int().min(1);
const milliseconds = z.coerce.number().int().min(0).max(3_600_000);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);
const addressRange = z.string().refine(isAddressRange, 'use addresses or CIDR ranges');
/** 0 = no limit. */
const perSecond = z.coerce.number().min(0).max(1_000_000);
const burst = z.coerce.number().int().min(1).max(10_000_000);
/** Also accepts booleans: true is `public`, false is `off`. */
const introspection = z.preprocess(
  (text) => (text === 'true' ? 'public' : text === 'false' ? 'off' : text),
  z.enum(['public', 'signed-in', 'off']),
);
const documentPolicy = z.enum(documentPolicies).optional();
const policyMeaning =
  '`registered`: only those of manifests; `apq`: also others that come with their hash; `free`: any; `log-only`: any, and the log and the metrics name the clients that `registered` would refuse.';
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Each `SUBGRAPH_URL_<NAME>`. */
export const SUBGRAPH_URL = z.url({ protocol: /^https?$/ }).meta({
  description: 'Address of the subgraph with this name, such as `SUBGRAPH_URL_FLEET=http://fleet:4003/graphql`.',
  otherwise: 'its address in the supergraph, moved by SUBGRAPH_BASE_PORT',
});

/** All settings of a gateway except `SUBGRAPH_URL_<NAME>`. */
export const gatewaySettings = z.object({
  NODE_ENV: shared.NODE_ENV,
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .meta({ description: 'Address on which the gateway listens for clients.' }),
  PORT: shared.port.default(4000).meta({ description: 'Port for clients; 0 = any free one.' }),
  ADMIN_HOST: z.string().min(1).default('127.0.0.1').meta({
    description: 'Address on which the gateway serves metrics and detailed health to operators.',
  }),
  ADMIN_PORT: shared.port.optional().meta({
    description: 'Port for operators; 0 = any free one.',
    otherwise: '4100; any free one where PORT is 0',
  }),
  IDENTITY_SIGNING_KEY,
  ACCESS_PUBLIC_KEYS,
  API_KEY_SECRET,
  ACCESS_SNAPSHOT_INTERVAL_MS: milliseconds.min(50).default(1_000).meta({
    description:
      'Time between two requests of the gateway for the access snapshot. Revoked API keys, ended sessions and lost roles take effect within this time.',
    unit: 'ms',
  }),
  ACCESS_SNAPSHOT_MAX_AGE: count.max(86_400).default(300).meta({
    description:
      'Age up to which the last access snapshot is used while the access subgraph is away. Then API keys are refused with SERVICE_UNAVAILABLE; access tokens stay valid.',
    unit: 's',
  }),
  DEMO_ACCOUNTS: shared.DEMO_ACCOUNTS,
  SUBGRAPH_BASE_PORT: shared.SUBGRAPH_BASE_PORT,
  DATA_DIR: shared.DATA_DIR,
  LOG_LEVEL: shared.LOG_LEVEL,
  TRUSTED_PROXIES: list.pipe(z.array(addressRange)).default([]).meta({
    description: 'Addresses and CIDR ranges of proxies whose `Forwarded` and `X-Forwarded-For` headers count.',
    form: 'list with commas',
  }),
  STAFF_NETWORKS: list.pipe(z.array(addressRange).min(1)).optional().meta({
    description:
      'Addresses and CIDR ranges from which staff may change accounts, organizations, tiers, API keys, registered documents and supergraphs, end sessions of others, record payments and read the audit trail. Elsewhere these operations are refused with NETWORK_NOT_ALLOWED. Set it in production, and behind a proxy TRUSTED_PROXIES too.',
    form: 'list with commas',
    otherwise: 'every network',
  }),
  CORS_ORIGINS: list
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'use origins such as https://freight.example' })))
    .optional()
    .meta({
      description: 'Origins whose pages may send requests.',
      form: 'list with commas',
      otherwise: 'pages of this machine; none in production',
    }),
  INTROSPECTION: introspection.optional().meta({
    description: 'Callers who may read the schema: `public` for all, `signed-in` for accounts, `off` for none.',
    otherwise: '`public`; `signed-in` in production',
  }),
  DOCUMENT_MANIFESTS: z.string().min(1).optional().meta({
    description: 'Folder with the manifests of trusted documents, NAME.json for each client.',
    otherwise: 'schema/manifests; none with `--supergraph`',
  }),
  DOCUMENT_POLICY_PARTNER: documentPolicy.meta({
    description: `Documents that partners may run: API keys and accounts with the role PARTNER. ${policyMeaning}`,
    otherwise: '`registered`; `free` with `--supergraph`',
  }),
  DOCUMENT_POLICY_STAFF: documentPolicy.meta({
    description: 'The same for accounts with one of the roles ADMIN, DISPATCHER and ANALYST.',
    otherwise: '`free`',
  }),
  DOCUMENT_POLICY_APP: documentPolicy.meta({
    description: 'The same for accounts with the role CUSTOMER or DRIVER.',
    otherwise: '`free`; `apq` in production without `--supergraph`',
  }),
  DOCUMENT_POLICY_ANONYMOUS: documentPolicy.meta({
    description: 'The same for callers who have not signed in.',
    otherwise: '`free`; `apq` in production without `--supergraph`',
  }),
  SUPERGRAPH_GATE: z.enum(['enforce', 'report', 'off']).optional().meta({
    description:
      'What happens to a changed supergraph file that would break a registered document or a recent operation, hide a field from its users or make a registered document dearer than agreed: `enforce` refuses it until an administrator accepts it, `report` loads it and logs the documents; `off`: documents are not compared.',
    otherwise: '`report`; `enforce` in production',
  }),
  CANARY_SHARE: z.coerce.number().min(0).max(100).optional().meta({
    description:
      'Share of the callers that a changed supergraph serves first, until it is promoted or rolled back; 0 = it serves everybody at once, as always with GATEWAY_ENGINE=apollo.',
    unit: 'percent',
    otherwise: '0; 5 in production',
  }),
  FORWARD_HEADERS: list
    .pipe(z.array(z.string().regex(headerName, 'use header names')))
    .default([])
    .meta({ description: 'Headers of clients that are forwarded to subgraphs.', form: 'list with commas' }),
  CLIENT_RATE: perSecond.optional().meta({
    description: 'Requests per second of one address (IPv6: a /64), and of one account; 0 = no limit.',
    unit: 'per second',
    otherwise: '200; no limit with `--supergraph`',
  }),
  CLIENT_BURST: burst.optional().meta({
    description: 'Requests that one address or account may send at once.',
    unit: 'requests',
    otherwise: 'two seconds of CLIENT_RATE',
  }),
  CLIENT_NEW_DOCUMENTS: perSecond.optional().meta({
    description:
      'Operations per second whose text the gateway has not seen before, of one address and of one account; 0 = no limit.',
    unit: 'per second',
    otherwise: '20; no limit with `--supergraph`',
  }),
  CLIENT_NEW_DOCUMENTS_BURST: burst.optional().meta({
    description: 'Operations with a new text that one address or account may send at once.',
    unit: 'operations',
    otherwise: 'ten seconds of CLIENT_NEW_DOCUMENTS',
  }),
  CLIENT_CONNECTIONS: count.optional().meta({
    description: 'Connections that one address may have open.',
    unit: 'connections',
    otherwise: '2500; no limit with `--supergraph`',
  }),
  CLIENT_SOCKETS: count.optional().meta({
    description: 'Websockets and subscriptions over HTTP that one address, and one account, may have open.',
    unit: 'sockets',
    otherwise: '100; no limit with `--supergraph`',
  }),
  CLIENT_OPERATIONS_PER_SOCKET: count.default(100).meta({
    description: 'Operations that may run at once on one websocket, and on one event stream that carries several.',
    unit: 'operations',
  }),
  BATCH_LIMIT: z.coerce.number().int().min(0).max(1_000).default(0).meta({
    description:
      'Most operations that one HTTP request may contain as a list; 0 = lists are refused. Each counts as a request.',
    unit: 'operations',
  }),
  BUDGET_MODE: z.enum(['enforce', 'measure', 'off']).optional().meta({
    description:
      'What happens to an operation that exceeds the budget of its caller: `enforce` refuses it, `measure` counts it in a metric; `off`: operations cost nothing.',
    otherwise: '`enforce`; `off` with `--supergraph`',
  }),
  READ_REPLICAS: z.enum(['0', '1']).default('0').meta({
    description:
      'With `1` subgraphs may answer queries from standbys, if they have SUBGRAPH_READ_SERVER. The gateways remember for a minute what each caller has written, through REDIS_URL if there is one, so that it reads its own writes.',
  }),
  REDIS_URL: shared.REDIS_URL.meta({
    description:
      'Redis that carries live data and messages between processes, and holds the budgets of callers and the nonces of signatures for all gateways.',
    otherwise: 'live data stays within the process, and each gateway has budgets of its own',
  }),
  REPLICAS: shared.REPLICAS,
  RELEASE: z
    .string()
    .regex(/^[!-~]{1,100}$/, 'use at most 100 characters without blanks')
    .optional()
    .meta({
      description:
        'Release that this gateway runs, as the image sets it. Gateways that share a Redis tell it to each other, and different ones are an alert.',
      otherwise: 'the version in `package.json`',
    }),
  MAX_QUERY_COST: count.optional().meta({
    description: 'Most points that one operation may cost, whoever sends it. The burst of the caller can be lower.',
    unit: 'points',
    otherwise: '5000; no limit with `--supergraph`',
  }),
  ASSUMED_LIST_SIZE: count.default(10).meta({
    description: 'Elements that a list counts as if the schema states no size.',
    unit: 'elements',
  }),
  MAX_DEPTH: count.default(25).meta({ description: 'Deepest nesting of fields in an operation.', unit: 'levels' }),
  MAX_ALIASES: count.default(100).meta({ description: 'Most aliases in an operation.', unit: 'aliases' }),
  MAX_ROOT_FIELDS: count.default(20).meta({ description: 'Most fields at the root of an operation.', unit: 'fields' }),
  MAX_SELECTIONS: count.default(20_000).meta({
    description: 'Most selections in an operation, fragments counted where they are used.',
    unit: 'selections',
  }),
  MAX_TOKENS: count.default(15_000).meta({ description: 'Most tokens in the text of an operation.', unit: 'tokens' }),
  MAX_OPERATION_LENGTH: count.default(200_000).meta({
    description: 'Longest text of an operation.',
    unit: 'characters',
  }),
  MAX_BODY_BYTES: count.default(1_048_576).meta({
    description: 'Largest body of a request, and largest message on a websocket.',
    unit: 'bytes',
  }),
  MAX_WAITING_REQUESTS: z.coerce.number().int().min(0).default(10_000).meta({
    description: 'Most requests that may wait for execution; further ones are refused.',
    unit: 'requests',
  }),
  REQUEST_TIMEOUT_MS: milliseconds.default(30_000).meta({
    description: 'Longest time that one request of a client may take.',
    unit: 'ms',
  }),
  SUBGRAPH_TIMEOUT_MS: milliseconds.default(10_000).meta({
    description: 'Longest time that one request to a subgraph may take.',
    unit: 'ms',
  }),
  PLAN_TIMEOUT_MS: milliseconds.default(5_000).meta({
    description: 'Longest time that planning one operation may take.',
    unit: 'ms',
  }),
  LIVE_RENEWAL_MS: count.max(50_000).default(25_000).meta({
    description: 'Time after which the credentials of a subscription are checked again.',
    unit: 'ms',
  }),
  LIVE_PING_MS: count.max(600_000).default(15_000).meta({
    description:
      'Time between pings on websockets; a client that misses one is disconnected at the next. A client of an HTTP stream is disconnected when it takes nothing for this time of what waits for it.',
    unit: 'ms',
  }),
  DRAIN_DELAY_MS: milliseconds.default(0).meta({
    description: 'Time between "not ready" and the closing of the port, so that load balancers notice.',
    unit: 'ms',
  }),
  DRAIN_WINDOW_MS: milliseconds.default(10_000).meta({
    description:
      'Time that requests in flight get to finish. Websockets close in batches within half of it. `npm start` gives them 3000.',
    unit: 'ms',
  }),
  GATEWAY_ENGINE: z.enum(['freight', 'apollo']).default('freight').meta({
    description: 'Engine that executes operations: `freight` is our own, `apollo` that of @apollo/gateway.',
  }),
  OVERRIDE_LABELS: list.default([]).meta({
    description: 'Labels of `@override(label:)` that are active. `percent(x)` needs no entry.',
    form: 'list with commas',
  }),
  PUBLIC_ERROR_CODES: list.default([]).meta({
    description: 'Error codes of subgraphs that clients see besides our own.',
    form: 'list with commas',
  }),
  PUBLIC_ERROR_EXTENSIONS: list.default([]).meta({
    description: 'Error extensions of subgraphs that clients see besides `code`.',
    form: 'list with commas',
  }),
  ...tracingSettings,
});
