import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Log } from '#shared/runtime/log.ts';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Access } from './access/caller.ts';
import { createOriginReader, isTrustedProxy } from './access/clients/client-address.ts';
import type { OpenSockets } from './access/clients/open-sockets.ts';
import type { TrustedDocuments } from './access/documents/trusted-documents.ts';
import type { GatewayConfig } from './config.ts';
import { capConnections } from './edges/connection-cap.ts';
import { createAdminApp } from './edges/http/admin-app.ts';
import { createApp } from './edges/http/app.ts';
import { drain } from './edges/http/drain.ts';
import { serveEventConnections } from './edges/http/event-connection-routes.ts';
import { serveGraphql } from './edges/http/graphql-route.ts';
import { isServedHost } from './edges/http/host-check.ts';
import { serveMcp } from './edges/mcp/mcp-route.ts';
import { isAllowedOrigin } from './edges/websocket/origin-check.ts';
import { serveWebSockets } from './edges/websocket/server.ts';
import type { SubgraphTransport } from './engine/ports.ts';
import { serveExplorer } from './explorer/explorer-routes.ts';
import type { LiveStreams } from './live/streams.ts';
import { serveHealth } from './observe/health-routes.ts';
import type { GatewayMetrics } from './observe/metrics.ts';
import { serveMetrics } from './observe/metrics-route.ts';
import { type Phase, ReadinessCheck } from './observe/readiness.ts';
import { SubgraphHealth } from './observe/subgraph-health.ts';
import { healthRouteProbe, typenameProbe } from './observe/subgraph-probes.ts';
import { serveSupergraphStatus } from './observe/supergraph-route.ts';
import type { ConnectionRush } from './pipeline/connection-rush.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { SupergraphLifecycle } from './supergraph/lifecycle.ts';

/** What the edges serve with. */
interface EdgeParts {
  readonly pipeline: Pipeline;
  readonly rush: ConnectionRush;
  readonly openSockets: OpenSockets;
  readonly access: Access;
  readonly trusted: TrustedDocuments;
  readonly supergraph: SupergraphLifecycle;
  readonly streams: LiveStreams;
  readonly transport: SubgraphTransport;
  readonly metrics: GatewayMetrics;
  readonly tracer: Tracer;
  readonly log: Log;
  readonly phase: () => Phase;
}

interface Edges {
  /** The server for clients. */
  readonly app: FastifyInstance;
  /** The server for operators. */
  readonly admin: FastifyInstance;
  /** Finishes the requests and streams of clients, within the configured window. */
  drain(): Promise<void>;
}

/** Builds the servers of the gateway and their routes, but opens no port. */
export async function openEdges(
  config: GatewayConfig,
  {
    pipeline,
    rush,
    openSockets,
    access,
    trusted,
    supergraph,
    streams,
    transport,
    metrics,
    tracer,
    log,
    phase,
  }: EdgeParts,
): Promise<Edges> {
  const readOrigin = createOriginReader(config.trustedProxies);
  const app = await createApp({ config, readOrigin, log });
  capConnections(app.server, config.maxConnectionsPerClient, isTrustedProxy(config.trustedProxies));
  app.server.on('connection', () => rush.noteConnection());
  // A client that reads nothing is disconnected as early over HTTP as over websockets, where it misses a ping.
  const stallMs = config.live.pingMs;
  serveGraphql(app, {
    ...{ pipeline, readOrigin, tracer },
    maxBatchSize: config.maxBatchSize,
    streams: { isClosing: () => streams.isClosing, stallMs },
  });
  const sockets = {
    ...{ pipeline, tracer },
    authenticate: (headers: IncomingHttpHeaders, address: string) => access.identify(headers, address),
    openSockets,
    maxOperations: config.maxOperationsPerSocket,
    readOrigin,
  };
  const eventConnections = serveEventConnections(app, {
    ...sockets,
    stallMs,
    onError: (error) => log.error({ err: error }, 'event stream closed'),
  });
  const mayOpen = (headers: IncomingHttpHeaders): boolean =>
    isAllowedOrigin(headers, config.corsOrigins) && isServedHost(headers, config.demoAccounts);
  serveMcp(app, { ...sockets, mayOpen, trusted, generation: () => supergraph.current });
  const webSockets = serveWebSockets(app.server, {
    ...sockets,
    mayOpen,
    onError: (error) => log.error({ err: error }, 'websocket closed'),
    maxMessageBytes: config.maxBodyBytes,
    pingMs: config.live.pingMs,
  });
  metrics.live.watch({
    subscriptions: () => streams.subscriptions,
    streams: () => streams.size,
    sockets: () => webSockets.size,
  });
  const probe =
    config.access.kind === 'freight' ? healthRouteProbe() : typenameProbe(transport, () => access.identify({}, ''));
  const readiness = new ReadinessCheck({
    phase,
    subgraphs: () => (supergraph.isLoaded ? supergraph.current.subgraphs : undefined),
    health: new SubgraphHealth(probe),
    log,
  });
  const health = { phase, readiness };
  serveHealth(app, { ...health, isDetailed: false });
  const admin = createAdminApp();
  serveHealth(admin, { ...health, isDetailed: true });
  serveMetrics(admin, metrics);
  serveSupergraphStatus(admin, supergraph);
  await serveExplorer(app, config.access.kind === 'freight' ? 'freight' : 'any');
  const endStreams = (): void => {
    streams.close();
    eventConnections.close();
  };
  return { app, admin, drain: () => drain(app, config.drain, endStreams, webSockets) };
}
