import type { Drill } from './drill.ts';
import { failoverDrill } from './failover/failover.ts';
import { gatewayDrill } from './gateway.ts';
import { releaseDrill, rollingDrill } from './release/release.ts';
import { redisDrill, subgraphDrill } from './restarts.ts';
import { restoreDrill } from './restore/restore.ts';
import { standbyDrill } from './standby.ts';

/** Every drill, in the order of `npm run drill -- all`. */
export const drills: readonly Drill[] = [
  gatewayDrill,
  subgraphDrill,
  redisDrill,
  standbyDrill,
  failoverDrill,
  restoreDrill,
  rollingDrill,
  releaseDrill,
];
