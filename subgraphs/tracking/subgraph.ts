import type { Subgraph } from '#shared/subgraph.ts';
import { createContext, type TrackingContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { deleteOldPositions } from './store/old-positions.ts';
import { createPositionPartitions } from './store/position-partitions.ts';

/** Positions, tracks, arrivals and geofences. */
export const tracking: Subgraph<TrackingContext> = {
  name: 'tracking',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  retention,
  resolvers,
  rules,
  reactions,
  chores: [
    { name: 'createPositionPartitions', everyMs: 86_400_000, run: createPositionPartitions },
    { name: 'deleteOldPositions', everyMs: 3_600_000, run: (em) => deleteOldPositions(em) },
  ],
  context: createContext,
};
