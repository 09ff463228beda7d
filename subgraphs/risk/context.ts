import type { BaseContext } from '#shared/graphql/context.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface RiskContext extends BaseContext {
  readonly loaders: Loaders;
}

export function createContext(base: BaseContext): RiskContext {
  return { ...base, loaders: createLoaders(base) };
}
