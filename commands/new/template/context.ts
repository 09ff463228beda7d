import type { BaseContext } from '#shared/graphql/context.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface SubgraphNameContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): SubgraphNameContext {
  return { ...base, loaders: createLoaders(base) };
}
