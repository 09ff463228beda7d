import { subgraphOrder } from './subgraph-rooms.ts';

/** What the files whose path matches `files` may import. Paths begin at the root of the project; `$1` stands for the first group of `files`. */
export interface ImportRule {
  /** The message for a file that breaks the rule. */
  readonly says: string;
  readonly files: RegExp;
  /** Beginnings of the only paths in the project that these files may import. */
  readonly only?: readonly string[];
  /** Beginnings of paths and packages that these files must not import. */
  readonly never?: readonly string[];
  /** Paths in the project that these files must not import. */
  readonly neverIn?: RegExp;
  /** All rooms below the path that `files` matches, from the bottom up: a file imports its own room and those below. */
  readonly order?: readonly string[];
  /** Rooms between which imports that vanish with the types may go in both directions. */
  readonly typesBetween?: readonly string[];
}

const gatewayRooms = [
  'content-coding',
  'memory',
  'engine',
  'transport',
  'errors',
  'access',
  'settings',
  'config',
  'read-config',
  'supergraph',
  'live',
  'pipeline',
  'apollo',
  'edges',
  'explorer',
  'observe',
  'gateway-access',
  'gateway-edges',
  'gateway',
  'server',
];

const sharedRooms = [
  'vocabulary',
  'ids',
  'geo',
  'errors',
  'executor',
  'input',
  'pages',
  'runtime',
  'identity',
  'mail',
  'audit',
  'settings',
  'live',
  'database',
  'events',
  'work',
  'graphql',
  'subgraph',
  'server',
  'run',
];

const engineRooms = [
  'error-behavior',
  'ports',
  'errors',
  'codegen',
  'document',
  'values',
  'authorization',
  'supergraph',
  'planning',
  'respond',
  'compile',
  'execute',
  'incremental',
  'operation',
  'prepare',
  'engine',
];

const inTests = /(?:^|\/)test\//;

/** The import rules of the product. biome refuses circles. */
export const importRules: readonly ImportRule[] = [
  {
    says: 'the product imports no test and no bench',
    files: /^(?:gateway|subgraphs|commands|drills|release|demo|client)\//,
    only: ['gateway/', 'subgraphs/', 'commands/', 'drills/', 'release/', 'demo/', 'client/'],
    neverIn: inTests,
  },
  {
    says: 'only tests and benches import their harness',
    files: /^(?:gateway\/(?!testing\/)|subgraphs\/|commands\/|drills\/|release\/|demo\/|client\/)/,
    neverIn: /^gateway\/testing\//,
  },
  {
    says: 'only commands, bench and test import commands, clients and the demo',
    files: /^(?:gateway\/(?!testing\/)|subgraphs\/)/,
    only: ['gateway/', 'subgraphs/'],
  },
  {
    says: 'the harness of the gateway imports the gateway, the client, shared and the names of the demo accounts',
    files: /^gateway\/testing\//,
    only: ['gateway/', 'client/', 'subgraphs/shared/', 'demo/accounts.ts'],
  },
  {
    says: 'drills run processes of the product: they import releases, the client, shared and the demo company',
    files: /^drills\//,
    only: ['drills/', 'release/', 'client/', 'subgraphs/shared/', 'demo/'],
  },
  {
    says: 'releases know a version by its responses and figures: they import the client and shared',
    files: /^release\//,
    only: ['release/', 'client/', 'subgraphs/shared/'],
  },
  {
    says: 'the client knows the graph from its responses only',
    files: /^client\//,
    only: ['client/'],
  },
  {
    says: 'of subgraphs the demo imports shared and domain rules',
    files: /^demo\/(?!seeds\/)/,
    only: [
      'demo/',
      'client/',
      'subgraphs/shared/',
      ...['access/domain/', 'fleet/domain/', 'pricing/domain/', 'pricing/entities.ts', 'risk/domain/'].map(
        (room) => `subgraphs/${room}`,
      ),
    ],
  },
  {
    says: 'the seed of a subgraph imports its domain rules, entities and rows, and no other subgraph',
    files: /^demo\/seeds\/([a-z]+)/,
    only: ['demo/', 'subgraphs/shared/', ...['domain/', 'entities.ts', 'store/'].map((room) => `subgraphs/$1/${room}`)],
  },
  {
    says: 'inside the demo imports go down',
    files: /^demo\//,
    order: [
      'accounts',
      'second-factor',
      'world',
      'derived-id',
      'driving',
      'way',
      'generate',
      'seeds',
      'seeding',
      'simulator',
    ],
    // The code that runs seeds gives each its database, and also has the list of seeds.
    typesBetween: ['seeds', 'seeding'],
  },
  {
    says: 'shared imports no subgraph and nothing of the gateway',
    files: /^subgraphs\/shared\//,
    only: ['subgraphs/shared/'],
  },
  {
    says: 'inside shared imports go down',
    files: /^subgraphs\/shared\//,
    order: sharedRooms,
    // A transaction carries domain events of the contract, and a queue works on a database.
    typesBetween: ['database', 'events'],
  },
  {
    says: 'vocabulary.ts and geo import nothing else of shared',
    files: /^subgraphs\/shared\/(?:vocabulary\.ts|geo\/)/,
    only: ['subgraphs/shared/vocabulary.ts', 'subgraphs/shared/geo/'],
  },
  {
    says: 'a subgraph imports itself and shared; subgraphs meet in the schema and in topics.ts',
    files: /^subgraphs\/(?!shared\/)([^/]+)\//,
    only: ['subgraphs/$1/', 'subgraphs/shared/'],
  },
  {
    says: 'inside a subgraph imports go down',
    files: /^subgraphs\/(?!shared\/)[^/]+\//,
    order: subgraphOrder,
    // Tables use types of the domain, and domain rules use types of rows.
    typesBetween: ['entities', 'domain'],
  },
  {
    says: 'domain rules know no GraphQL, no ORM and no I/O',
    files: /^subgraphs\/[^/]+\/domain\//,
    never: ['graphql', '@mikro-orm/', '@apollo/', 'pg', 'node:fs', 'node:net', 'node:http'],
  },
  {
    says: 'the engine imports nothing of the gateway around it, and nothing of shared',
    files: /^gateway\/engine\//,
    only: ['gateway/engine/'],
  },
  {
    says: 'inside the engine imports go down',
    files: /^gateway\/engine\//,
    order: engineRooms,
  },
  {
    says: 'inside the gateway imports go down',
    files: /^gateway\//,
    order: [...gatewayRooms, 'testing'],
    typesBetween: gatewayRooms,
  },
  {
    says: 'the gateway imports leaves of shared only',
    files: /^gateway\/(?!testing\/)/,
    only: [
      'gateway/',
      ...[
        'errors/error-code',
        'errors/errors',
        'graphql/masking',
        'identity/access-snapshot',
        'identity/address-ranges',
        'identity/api-keys',
        'identity/budget-owner',
        'identity/client-network',
        'identity/document-appraisal',
        'identity/stored-plan',
        'identity/document-contract',
        'identity/foreign-keys',
        'identity/identity',
        'identity/key-settings',
        'identity/keys',
        'identity/log-position',
        'identity/rate-limit',
        'identity/request-signing',
        'identity/step-up',
        'identity/tokens',
        'ids',
        'live/backlog',
        'live/channel',
        'live/pubsub',
        'runtime/bounded-labels',
        'runtime/command-line',
        'runtime/config',
        'runtime/exit',
        'runtime/explain',
        'runtime/health',
        'runtime/log',
        'runtime/loopback',
        'runtime/metrics',
        'runtime/ports',
        'runtime/run-process',
        'runtime/secrets',
        'runtime/supergraph-yaml',
        'runtime/tracing/current-work',
        'runtime/tracing/open-tracing',
        'runtime/tracing/span-metrics',
        'runtime/tracing/trace-context',
        'runtime/tracing/tracer',
        'runtime/tracing/tracing-config',
        'runtime/word-issue',
        'settings/process-secrets',
        'settings/settings',
        'settings/tracing-settings',
        'vocabulary',
      ].map((leaf) => `subgraphs/shared/${leaf}.ts`),
    ],
  },
];

/** The import rules of tests and benches. */
export const testRules: readonly ImportRule[] = [
  { says: 'benches import no test; shared helpers are in gateway/testing/', files: /^bench\//, neverIn: inTests },
  { says: 'tests import no bench; shared helpers are in gateway/testing/', files: inTests, neverIn: /^bench\// },
];

/** The only files that read the environment. */
export const environmentReaders: readonly RegExp[] = [
  /^gateway\/apollo\/managed-gateway\.ts$/, // Writes it: @apollo/gateway reads there whether it may report its use.
  /^(?:gateway\/read-config|subgraphs\/[a-z]+\/config)\.ts$/,
  /^subgraphs\/shared\/(?:settings\/product-config|settings\/subgraph-config|database\/postgres\/programs)\.ts$/,
  /^(?:commands|drills)\//,
  /^client\/examples\//, // complete programs
  /^gateway\/testing\/gateway-process\.ts$/, // Passes it to a child process.
  /^gateway\/testing\/product-process\.ts$/, // passes PATH and the like to the processes of tests
];
