import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import { createContext, type ShipmentsContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { eraseEndedContacts } from './store/erase-contacts.ts';
import { measureDeliveries } from './store/measure-deliveries.ts';

export const shipments: Subgraph<ShipmentsContext> = {
  name: 'shipments',
  schema: new URL('./schema.graphql', import.meta.url),
  entities,
  migrations,
  retention,
  secrets: fieldSecretNames,
  resolvers,
  rules,
  reactions,
  chores: [{ name: 'eraseEndedContacts', everyMs: 3_600_000, run: eraseEndedContacts }],
  measurements: [measureDeliveries],
  context: createContext,
};
