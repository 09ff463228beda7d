import type { BaseContext } from '#shared/graphql/context.ts';
import { withLoaders } from '#shared/graphql/loader.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface TrackingContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): TrackingContext {
  return withLoaders(base, createLoaders);
}
