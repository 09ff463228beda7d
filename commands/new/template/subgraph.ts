import type { Subgraph } from '#shared/subgraph.ts';
import { createContext, type SubgraphNameContext } from './context.ts';
import { entities } from './entities.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';

/** Sample records and their names. */
export const subgraphName: Subgraph<SubgraphNameContext> = {
  name: 'subgraph-name',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  retention,
  resolvers,
  rules,
  reactions: {},
  context: createContext,
};
