import type { BaseContext } from '#shared/graphql/context.ts';
import { withLoaders } from '#shared/graphql/loader.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** The context of the resolvers of this subgraph. */
export interface ShipmentsContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): ShipmentsContext {
  return withLoaders(base, createLoaders);
}
