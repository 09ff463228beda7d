import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Place {
  port: number;
  supergraphFile: string;
  /** File with the correct response to the nested query, for the floors. */
  responseFile: string;
  subgraphUrls: Readonly<Record<string, string>>;
}

export interface Contender {
  name: string;
  title: string;
  /** A floor serves the nested query only. */
  isFloor: boolean;
  /** Arguments to `node`. */
  args(place: Place): readonly string[];
  env?: Readonly<Record<string, string>>;
  path: string;
}

const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const hiveBin = here('../peers/node_modules/@graphql-hive/gateway/dist/bin.js');

function hive(name: string, title: string, config: string): Contender {
  return {
    name,
    title,
    isFloor: false,
    args: ({ port, supergraphFile }) => [
      ...[hiveBin, 'supergraph', supergraphFile, '--port', String(port), '--host', '127.0.0.1'],
      ...['--config-path', here(`../peers/${config}`), '--fork', '1'],
    ],
    path: '/graphql',
  };
}

function floor(kind: 'requests' | 'stored', title: string): Contender {
  return {
    name: `floor-${kind}`,
    title,
    isFloor: true,
    args: ({ port, responseFile, subgraphUrls }) => [
      ...[here('../hosts/floor.ts'), kind, String(port), responseFile, JSON.stringify(subgraphUrls)],
    ],
    path: '/graphql',
  };
}

export const contenders: readonly Contender[] = [
  {
    name: 'ours',
    title: 'ours',
    isFloor: false,
    args: ({ port, supergraphFile }) => [
      // As `npm run gateway` starts it.
      '--max-semi-space-size=12',
      ...[here('../../../gateway/server.ts'), '--supergraph', supergraphFile, '--port', String(port)],
      ...['--forward-header', 'authorization'],
    ],
    env: { MALLOC_ARENA_MAX: '1' },
    path: '/graphql',
  },
  {
    name: 'engine',
    title: 'our engine and transport on bare node:http',
    isFloor: false,
    args: ({ port, supergraphFile }) => [here('../hosts/engine.ts'), supergraphFile, String(port)],
    path: '/',
  },
  {
    name: 'stock',
    title: 'stock @apollo/gateway + server',
    isFloor: false,
    args: ({ port, supergraphFile }) => [here('../hosts/stock.ts'), supergraphFile, String(port)],
    path: '/',
  },
  hive('hive', '@graphql-hive/gateway, JS planner', 'hive.config.js'),
  hive('hive-rust', '@graphql-hive/gateway, Rust planner', 'hive-rust.config.js'),
  floor('requests', 'floor: the 7 requests, undici Pool, JSON.parse, one stringify'),
  floor('stored', 'floor: stored bytes'),
];

/** False when the program of the contender is missing: peers may not be installed. */
export function isPresent(contender: Contender): boolean {
  const [program] = contender.args({ port: 0, supergraphFile: '', responseFile: '', subgraphUrls: {} });
  return existsSync(program!);
}
