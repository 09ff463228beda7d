import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Rooms of a subgraph that import each other, from the bottom up. A name that ends in a slash is a folder. */
const orderedRooms = [
  'entities.ts',
  'domain/',
  'retention.ts',
  'migrations/',
  'store/',
  'events.ts',
  'loaders.ts',
  'context.ts',
  'resolvers/',
  'rules.ts',
  'config.ts',
  'subgraph.ts',
  'server.ts',
];

/** Optional rooms: not every subgraph handles domain events or has settings. */
const optionalRooms = ['events.ts', 'config.ts'];

const allRooms = ['README.md', 'schema.graphql', ...orderedRooms, 'test/'];

/** The rooms as import rules name them. */
export const subgraphOrder: readonly string[] = orderedRooms.map((room) => room.replace(/\.ts$|\/$/, ''));

export interface SubgraphFolder {
  readonly name: string;
  /** Its direct entries. A name that ends in a slash is a folder. */
  readonly entries: readonly string[];
}

/** One line for each file or folder that is no room of a subgraph, and for each missing room. */
export function findRoomFaults(folders: readonly SubgraphFolder[]): string[] {
  return folders.flatMap(({ name, entries }) => [
    ...entries
      .filter((entry) => !allRooms.includes(entry))
      .map((entry) => `subgraphs/${name}/${entry} is no room of a subgraph: those are ${allRooms.join(' ')}`),
    ...allRooms
      .filter((room) => !optionalRooms.includes(room) && !entries.includes(room))
      .map((room) => `subgraphs/${name}/${room} is missing: every subgraph has this room`),
  ]);
}

/** The folder of each subgraph. `shared` is none. */
export function readSubgraphFolders(root: string): SubgraphFolder[] {
  const entriesOf = (folder: string) =>
    readdirSync(folder, { withFileTypes: true }).map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`);
  return entriesOf(join(root, 'subgraphs'))
    .filter((entry) => entry.endsWith('/') && entry !== 'shared/')
    .map((entry) => ({ name: entry.slice(0, -1), entries: entriesOf(join(root, 'subgraphs', entry)) }));
}
