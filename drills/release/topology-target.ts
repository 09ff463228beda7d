import { z } from 'zod';
import { createGraphClient } from '../../client/graph-client.ts';
import { findHealthFault, readCounters } from '../../release/gateway-reading.ts';
import { HaproxyEdge } from '../../release/haproxy-edge.ts';
import type { Counters, Reading } from '../../release/reading.ts';
import type { ReleaseTarget } from '../../release/target.ts';

/** The two sets of processes of a topology. `app` is the folder of a version: a checkout, or what its image contains. */
export interface ProcessSets {
  migrate(app: string): Promise<void>;
  startNext(app: string): Promise<void>;
  replace(app: string): Promise<void>;
  stopNext(): Promise<void>;
}

const gateways = ['next-gateway-1', 'next-gateway-2'];
const adminUrl = (gateway: string): string => `http://${gateway}:4100`;

/**
 * Releases on a topology, inside its network namespace.
 * @param proxyState folder of the volume `proxy-state`
 * @param app folder of the version
 */
export function topologyTarget(sets: ProcessSets, proxyState: string, app: string): ReleaseTarget {
  const edge = new HaproxyEdge({ socket: `${proxyState}/admin.sock`, map: `${proxyState}/release.map` });
  let last: ReadonlyMap<string, Counters> = new Map();
  return {
    migrate: () => sets.migrate(app),
    async start() {
      await sets.startNext(app);
      await edge.up('next-gateways');
    },
    async smoke() {
      for (const gateway of gateways) await checkGateway(gateway);
    },
    direct: (share) => edge.direct(share),
    async observe(): Promise<Reading> {
      const faults = await Promise.all(gateways.map((gateway) => findHealthFault(adminUrl(gateway))));
      const fault = faults.find((one) => one !== undefined);
      // A gateway that does not respond has a fault already.
      if (fault === undefined) last = await readAll();
      return { at: performance.now(), gateways: last, fault };
    },
    async promote() {
      await sets.replace(app);
      await edge.up('gateways');
    },
    stop: () => sets.stopNext(),
  };
}

async function readAll(): Promise<ReadonlyMap<string, Counters>> {
  return new Map(
    await Promise.all(gateways.map(async (gateway) => [gateway, await readCounters(adminUrl(gateway))] as const)),
  );
}

const smokeData = z.object({ __typename: z.literal('Query') });

async function checkGateway(gateway: string): Promise<void> {
  const fault = await findHealthFault(adminUrl(gateway));
  if (fault !== undefined) throw new Error(fault);
  const client = createGraphClient({ url: `http://${gateway}:4000/graphql`, attempts: 1 });
  const { data } = await client.send({ query: 'query Smoke { __typename }' });
  if (!smokeData.safeParse(data).success) throw new Error(`${gateway} does not answer the smoke test.`);
}
