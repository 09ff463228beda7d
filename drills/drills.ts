import { clockDrill } from './clock.ts';
import { detectionDrill } from './detection.ts';
import type { Drill } from './drill.ts';
import { failoverDrill } from './failover/failover.ts';
import { fullDiskDrill } from './full-disk.ts';
import { gatewayDrill } from './gateway.ts';
import { keysDrill } from './keys.ts';
import { regionDrill } from './region/region.ts';
import { releaseDrill, rollingDrill } from './release/release.ts';
import { redisDrill, subgraphDrill } from './restarts.ts';
import { corruptionDrill } from './restore/corruption.ts';
import { restoreDrill } from './restore/restore.ts';
import { secretsDrill } from './secrets/secrets.ts';
import { standbyDrill } from './standby.ts';
import { supergraphDrill } from './supergraph.ts';

/** Every drill, in the order of `npm run drill -- all`. */
export const drills: readonly Drill[] = [
  gatewayDrill,
  subgraphDrill,
  redisDrill,
  standbyDrill,
  supergraphDrill,
  keysDrill,
  secretsDrill,
  clockDrill,
  fullDiskDrill,
  detectionDrill,
  failoverDrill,
  regionDrill,
  restoreDrill,
  corruptionDrill,
  rollingDrill,
  releaseDrill,
];
