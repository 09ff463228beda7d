import type { BaseContext } from '#shared/graphql/context.ts';
import { withLoaders } from '#shared/graphql/loader.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { RecommendationCounts } from './store/recommendation-counts.ts';

export interface FleetContext extends BaseContext {
  readonly loaders: Loaders;
  readonly recommendationCounts: RecommendationCounts;
}

export function createContext(base: BaseContext, recommendationCounts: RecommendationCounts): FleetContext {
  return { ...withLoaders(base, createLoaders), recommendationCounts };
}
