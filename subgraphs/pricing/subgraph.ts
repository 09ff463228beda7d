import type { Subgraph } from '#shared/subgraph.ts';
import { createContext, type PricingContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';

/** Quotes, invoices and payments. */
export const pricing: Subgraph<PricingContext> = {
  name: 'pricing',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  retention,
  resolvers,
  rules,
  reactions,
  context: createContext,
};
