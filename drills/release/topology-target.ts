import { lookup } from 'node:dns/promises';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { sendByName } from '../../release/gateway-reading.ts';
import { HaproxyEdge } from '../../release/haproxy-edge.ts';
import { claimSets } from '../../release/sets-claim.ts';
import { type ProcessSets, setsTarget } from '../../release/sets-target.ts';
import type { ReleaseTarget } from '../../release/target.ts';

/** The edge of a topology. @param proxyState folder of the volume `proxy-state` */
export function edgeOf(proxyState: string): HaproxyEdge {
  const map = `${proxyState}/release.map`;
  return new HaproxyEdge({ socket: `${proxyState}/admin.sock`, map, mapName: map });
}

/**
 * Releases on a topology, inside its network namespace.
 * @param proxyState folder of the volume `proxy-state`
 * @param app folder of the version: a checkout, or what its image contains
 */
export function topologyTarget(sets: ProcessSets, proxyState: string, app: string): ReleaseTarget {
  const edge = edgeOf(proxyState);
  const ofFolder: ProcessSets = {
    migrate: () => sets.migrate(app),
    startNext: () => sets.startNext(app),
    replace: () => sets.replace(app),
    stopNext: () => sets.stopNext(),
  };
  return setsTarget({ sets: ofFolder, edge, send: sendByName, claim: () => claimSets(proxyState) });
}

/** @throws ConfigurationError outside the network of the topology, where its gateways have no names */
export async function requireNetworkOfTopology(): Promise<void> {
  const isKnown = await lookup('next-gateway-1').catch(() => undefined);
  if (isKnown) return;
  throw new ConfigurationError(
    '--target topology needs a shell in the network of the topology. `npm run topology` prints how to enter it.',
  );
}
