import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import { createContext, type FleetContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { measureParticipation } from './store/measure-participation.ts';
import { recommendationCounts } from './store/recommendation-counts.ts';

export const fleet: Subgraph<FleetContext> = {
  name: 'fleet',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  retention,
  secrets: fieldSecretNames,
  resolvers,
  rules,
  reactions,
  measurements: [measureParticipation],
  metrics: recommendationCounts.metrics,
  context: createContext,
};
