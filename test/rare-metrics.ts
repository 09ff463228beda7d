import { createSubgraphMetrics } from '#shared/runtime/metrics.ts';
import { noTracer } from '#shared/runtime/tracing/tracer.ts';
import { createGatewayMetrics } from '../gateway/observe/metrics.ts';

/** Scrapes with the series that a product has only with Redis, with a standby, under a policy that logs, or after a fault. */
export async function rareMetrics(): Promise<readonly string[]> {
  const gateway = createGatewayMetrics('1.2.0');
  gateway.watchPeers(() => ({ gateways: 2, releases: 1, settings: 1 }));
  gateway.unlisted.inc({ audience: 'partner', client: 'unnamed', code: 'DOCUMENT_NOT_REGISTERED' });
  const none = () => 0;
  const subgraph = createSubgraphMetrics(
    'shipments',
    { liveLosses: none, liveConflations: none, liveUnsent: none, eventsRefused: none, spans: noTracer.counts },
    {
      statements: none,
      poolUse: () => ({ busy: 0, idle: 0, waiting: 0 }),
      reads: () => ({ standby: 0, primary: 0, fallbacks: { late: 0 }, lagSeconds: 0 }),
      observe() {},
    },
  );
  subgraph.observe('Board', 0, true);
  const { body } = await gateway.text();
  gateway.close();
  return [body, await subgraph.registry.metrics()];
}
