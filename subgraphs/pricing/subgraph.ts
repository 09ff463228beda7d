import type { Subgraph } from '#shared/subgraph.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { createLoaders, type PricingContext } from './loaders.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers.ts';
import { rules } from './rules.ts';

/** Quotes, invoices and payments. */
export const pricing: Subgraph<PricingContext> = {
  name: 'pricing',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  resolvers,
  rules,
  reactions,
  context: (base) => ({ ...base, loaders: createLoaders(base) }),
};
