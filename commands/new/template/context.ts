import type { BaseContext } from '#shared/graphql/context.ts';
import { withLoaders } from '#shared/graphql/loader.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface SubgraphNameContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): SubgraphNameContext {
  return withLoaders(base, createLoaders);
}
