import { Gauge, type Registry } from 'prom-client';
import type { PeerCounts } from '../access/control/heartbeat.ts';

const helps: Readonly<Record<keyof PeerCounts, { readonly name: string; readonly help: string }>> = {
  gateways: {
    name: 'gateway_peers',
    help: 'Gateways that share the Redis of this one, itself among them; no value without Redis',
  },
  releases: {
    name: 'gateway_peer_releases',
    help: 'Different releases among the gateways that share the Redis of this one; no value without Redis',
  },
  settings: {
    name: 'gateway_peer_settings',
    help: 'Different settings among the gateways of this release that share the Redis of this one; no value without Redis',
  },
};

/** Metrics of the gateways that share a Redis. */
export function createPeerMetrics(registry: Registry): (read: () => PeerCounts | undefined) => void {
  return (read) => {
    for (const part of ['gateways', 'releases', 'settings'] as const)
      new Gauge({
        ...helps[part],
        registers: [registry],
        collect() {
          const counts = read();
          if (counts) this.set(counts[part]);
          else this.remove(); // it would be 0
        },
      });
  };
}
