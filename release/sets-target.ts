import { hash } from 'node:crypto';
import type { Claim } from './claim.ts';
import { findHealthFault, readCounters, readRelease, type SendToGateway } from './gateway-reading.ts';
import type { HaproxyEdge } from './haproxy-edge.ts';
import { type GatewayCounters, takeReading } from './reading.ts';
import { requireRelease } from './require-release.ts';
import type { ReleaseTarget } from './target.ts';

/** The standing set of processes behind HAProxy, and the next one. A version is the tag of an image, or a folder. */
export interface ProcessSets {
  migrate(version: string): Promise<void>;
  startNext(version: string): Promise<void>;
  /** Restarts the standing set, one process after the other. */
  replace(version: string): Promise<void>;
  stopNext(): Promise<void>;
}

const standingGateways = ['gateway-1', 'gateway-2'];
const gateways = ['next-gateway-1', 'next-gateway-2'];
const graphPort = 4_000;

export interface SetsOptions {
  readonly sets: ProcessSets;
  readonly edge: Pick<HaproxyEdge, 'direct' | 'up'>;
  /** Sends a request to a gateway. */
  readonly send: SendToGateway;
  claim(): Promise<Claim>;
}

/** Releases on the services of docker-compose.yml. */
export function setsTarget({ sets, edge, send, claim }: SetsOptions): ReleaseTarget {
  async function count(): Promise<GatewayCounters> {
    const faults = await Promise.all(gateways.map((gateway) => findHealthFault(send, gateway)));
    const fault = faults.find((one) => one !== undefined);
    if (fault !== undefined) throw new Error(fault);
    return new Map(
      await Promise.all(gateways.map(async (gateway) => [gateway, await readCounters(send, gateway)] as const)),
    );
  }

  return {
    claim,
    migrate: (version) => sets.migrate(version),
    async start(version) {
      await sets.startNext(version);
      await edge.up('next-gateways');
    },
    async smoke(version) {
      for (const gateway of gateways) {
        await checkRelease(send, gateway, version);
        await checkGateway(send, gateway);
      }
    },
    direct: (share) => edge.direct(share),
    observe: () => takeReading(count),
    async promote(version) {
      await sets.replace(version);
      await edge.up('gateways');
      for (const gateway of standingGateways) await checkRelease(send, gateway, version);
    },
    stop: () => sets.stopNext(),
  };
}

const checkRelease = async (send: SendToGateway, gateway: string, version: string): Promise<void> =>
  requireRelease(gateway, await readRelease(send, gateway), version);

async function checkGateway(send: SendToGateway, gateway: string): Promise<void> {
  const fault = await findHealthFault(send, gateway);
  if (fault !== undefined) throw new Error(fault);
  const query = 'query Smoke { __typename }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', query, 'hex') } };
  const { text } = await send(gateway, graphPort, '/graphql', JSON.stringify({ query, extensions }));
  if (!text.includes('"__typename":"Query"')) throw new Error(`${gateway} fails the smoke test: ${text.slice(0, 500)}`);
}
