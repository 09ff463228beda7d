import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import type { Subgraph, SubgraphTables } from '#shared/subgraph.ts';
import { createContext, type FleetContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { measureParticipation } from './store/measure-participation.ts';
import { RecommendationCounts } from './store/recommendation-counts.ts';

export const fleetTables = {
  name: 'fleet',
  entities,
  migrations,
  retention,
  secrets: fieldSecretNames,
} satisfies SubgraphTables;

/** Creates the fleet subgraph. Each one has counts of its own. */
export function createFleet(): Subgraph<FleetContext> {
  const recommendationCounts = new RecommendationCounts();
  return {
    ...fleetTables,
    schema: new URL('./schema.graphql', import.meta.url),
    resolvers,
    rules,
    reactions,
    measurements: [measureParticipation],
    metrics: recommendationCounts.metrics,
    context: (base) => createContext(base, recommendationCounts),
  };
}
