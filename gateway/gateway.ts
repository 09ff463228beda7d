import type { Server } from 'node:http';
import { createSigner, createVerifier, identityHeader } from '#shared/identity.ts';
import { loadKeyring } from '#shared/keys.ts';
import { createLog } from '#shared/log.ts';
import type { Access } from './access/caller.ts';
import { createOriginReader } from './access/clients/client-address.ts';
import { createFreightAccess } from './access/freight-access.ts';
import { createOpenAccess } from './access/open-access.ts';
import { createApolloEngine } from './apollo/apollo-engine.ts';
import { createTransportSource } from './apollo/transport-source.ts';
import type { GatewayConfig } from './config.ts';
import { createApp } from './edges/http/app.ts';
import { drain } from './edges/http/drain.ts';
import { serveGraphql } from './edges/http/graphql-route.ts';
import { serveWebSockets } from './edges/websocket/server.ts';
import { serveExplorer } from './explorer/explorer-routes.ts';
import { LiveStreams } from './live/streams.ts';
import { type Phase, serveHealth } from './observe/health-routes.ts';
import { loggedTransport } from './observe/logged-transport.ts';
import { createGatewayMetrics } from './observe/metrics.ts';
import { serveMetrics } from './observe/metrics-route.ts';
import { SubgraphHealth } from './observe/subgraph-health.ts';
import { createEngineExecutor } from './pipeline/engine-executor.ts';
import type { ServedEngine } from './pipeline/executor.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import { SupergraphLifecycle } from './supergraph/lifecycle.ts';
import { createTransport } from './transport/transport.ts';

/** A gateway with a loaded supergraph. */
export interface Gateway {
  readonly server: Server;
  /** Opens the port and resolves with the address, such as http://127.0.0.1:4000. */
  listen(): Promise<string>;
  /** Finishes what is in flight, within the configured window, and stops. */
  close(): Promise<void>;
}

/** Builds the gateway: loads the supergraph, opens no port yet. @throws ConfigurationError for what the operator can mend */
export async function createGateway(config: GatewayConfig): Promise<Gateway> {
  const log = createLog('gateway', config.logLevel);
  const metrics = createGatewayMetrics();
  const access = await openAccess(config);
  let phase: Phase = 'starting';

  const transport = createTransport({
    subgraphs: {},
    limits: { timeoutMs: config.subgraphTimeoutMs },
    // @apollo/gateway writes into subgraph responses; sharing them would mix requests.
    shareAnswers: config.engine === 'freight',
    identityHeader: config.access.kind === 'freight' ? identityHeader : undefined,
    observer: loggedTransport(metrics.transport, log),
  });
  const supergraph = new SupergraphLifecycle({
    config,
    transport,
    log,
    dataSource: createTransportSource(transport, config.requestTimeoutMs),
    onReload: metrics.reloaded,
  });
  const streams = new LiveStreams({ ...config, renewalMs: config.live.renewalMs, access, log });
  const engine: ServedEngine =
    config.engine === 'apollo'
      ? createApolloEngine(supergraph.apollo, config, log)
      : {
          executor: createEngineExecutor({ ...config, streams }),
          start: () => supergraph.start(),
          stop: () => supergraph.stop(),
        };
  const pipeline = new Pipeline({
    access,
    executor: engine.executor,
    generation: () => supergraph.current,
    clientRates: config.clientRates,
    maxWaitingRequests: config.maxWaitingRequests,
    log,
    onSettled: metrics.settled,
  });

  const app = await createApp(config, log);
  const readOrigin = createOriginReader(config.trustedProxies);
  serveGraphql(app, { pipeline, readOrigin, isClosing: () => streams.isClosing });
  const webSockets = serveWebSockets(app.server, {
    pipeline,
    authenticate: async (headers) => void (await access.identify(headers)),
    readOrigin,
    onError: (error) => log.error({ err: error }, 'websocket closed'),
    maxMessageBytes: config.maxBodyBytes,
    pingMs: config.live.pingMs,
  });
  serveHealth(app, {
    phase: () => phase,
    subgraphs: () => Object.keys(supergraph.current.subgraphs),
    health: new SubgraphHealth(transport, async () => (await access.identify({})).headers),
  });
  serveMetrics(app, metrics);
  await serveExplorer(app, config.access.kind === 'freight' ? 'freight' : 'any');

  let closing: Promise<void> | undefined;
  const drainAndStop = async (): Promise<void> => {
    phase = 'draining';
    await drain(app, config.drain, () => streams.close(), webSockets);
    await engine.stop().catch((error: unknown) => log.error({ err: error }, 'while stopping'));
    await transport.close();
    metrics.close();
  };
  try {
    await engine.start();
  } catch (error) {
    await transport.close();
    metrics.close();
    throw error;
  }

  return {
    server: app.server,
    async listen() {
      const url = await app.listen({ host: config.host, port: config.port }).catch(async (error: unknown) => {
        await drainAndStop();
        throw error;
      });
      phase = 'serving';
      log.info({ url, engine: config.engine }, 'ready');
      return url;
    },
    close() {
      closing ??= drainAndStop();
      return closing;
    },
  };
}

async function openAccess({ access, forwardHeaders }: GatewayConfig): Promise<Access> {
  if (access.kind === 'open') return createOpenAccess(forwardHeaders);
  const keyring = await loadKeyring(access.dataDir);
  return createFreightAccess({
    verifier: await createVerifier(keyring.access.publicJwk, 'freight-clients'),
    signer: await createSigner(keyring.identity.privateJwk, 'freight-subgraphs'),
    forwardHeaders,
  });
}
