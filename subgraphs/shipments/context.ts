import type { BaseContext } from '#shared/graphql/context.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the resolvers of this subgraph work with. */
export interface ShipmentsContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): ShipmentsContext {
  return { ...base, loaders: createLoaders(base.em, base.identity, base.clock) };
}
