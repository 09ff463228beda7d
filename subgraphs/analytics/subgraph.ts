import type { Subgraph } from '#shared/subgraph.ts';
import { type AnalyticsContext, createContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { measureCompany } from './store/measure-company.ts';

/** Daily facts and the figures made of them. */
export const analytics: Subgraph<AnalyticsContext> = {
  name: 'analytics',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  retention,
  resolvers,
  rules,
  reactions,
  measurements: [measureCompany],
  context: createContext,
};
