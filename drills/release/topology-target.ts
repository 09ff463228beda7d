import { sendByName } from '../../release/gateway-reading.ts';
import { HaproxyEdge } from '../../release/haproxy-edge.ts';
import { type ProcessSets, setsTarget } from '../../release/sets-target.ts';
import type { ReleaseTarget } from '../../release/target.ts';

/**
 * Releases on a topology, inside its network namespace.
 * @param proxyState folder of the volume `proxy-state`
 * @param app folder of the version: a checkout, or what its image contains
 */
export function topologyTarget(sets: ProcessSets, proxyState: string, app: string): ReleaseTarget {
  const map = `${proxyState}/release.map`;
  const edge = new HaproxyEdge({ socket: `${proxyState}/admin.sock`, map, mapName: map });
  const ofFolder: ProcessSets = {
    migrate: () => sets.migrate(app),
    startNext: () => sets.startNext(app),
    replace: () => sets.replace(app),
    stopNext: () => sets.stopNext(),
  };
  return setsTarget(ofFolder, edge, sendByName);
}
