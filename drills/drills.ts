import type { Drill } from './drill.ts';
import { failoverDrill } from './failover/failover.ts';
import { gatewayDrill } from './gateway.ts';
import { redisDrill, subgraphDrill } from './restarts.ts';

/** Every drill, in the order of `npm run drill -- all`. */
export const drills: readonly Drill[] = [gatewayDrill, subgraphDrill, redisDrill, failoverDrill];
