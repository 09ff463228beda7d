import type { BaseContext } from '#shared/graphql/context.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface FleetContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): FleetContext {
  return { ...base, loaders: createLoaders(base) };
}
