import type { Server } from 'node:http';
import { createSigner, createVerifier, identityHeader } from '#shared/identity.ts';
import { loadKeyring } from '#shared/keys.ts';
import { createLog } from '#shared/log.ts';
import type { Access } from './access/caller.ts';
import { createFreightAccess } from './access/freight-access.ts';
import { createOpenAccess } from './access/open-access.ts';
import { authenticate, checkDocument, refuseSubscription } from './access/steps.ts';
import type { Step } from './client-request.ts';
import type { GatewayConfig } from './config.ts';
import { createOperationExecutor } from './execute/execute-operation.ts';
import { withFreightEngine } from './execute/served-gateway.ts';
import { createTransportSource } from './execute/transport-source.ts';
import { serveExplorer } from './explorer/explorer-routes.ts';
import { createApolloServer } from './http/apollo-server.ts';
import { createApp } from './http/app.ts';
import { drain } from './http/drain.ts';
import { serveGraphql } from './http/graphql-route.ts';
import { LiveOperations } from './live/live-operations.ts';
import { serveWebSockets } from './live/web-socket-edge.ts';
import { type Phase, serveHealth } from './observe/health-routes.ts';
import { createGatewayMetrics } from './observe/metrics.ts';
import { serveMetrics } from './observe/metrics-route.ts';
import { SubgraphHealth } from './observe/subgraph-health.ts';
import { SupergraphLifecycle } from './supergraph/lifecycle.ts';
import { createTransport } from './transport/transport.ts';

/** A gateway with a loaded supergraph. */
export interface Gateway {
  /** Where live edges attach their `upgrade` handler. */
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
    // @apollo/gateway writes into answers; sharing them would mix requests.
    shareAnswers: config.engine === 'freight',
    identityHeader: config.access.kind === 'freight' ? identityHeader : undefined,
    observer: metrics.transport,
  });
  const supergraph = new SupergraphLifecycle({
    config,
    transport,
    log,
    dataSource: createTransportSource(transport, config.requestTimeoutMs),
    onReload: metrics.reloaded,
  });
  const execute = config.engine === 'freight' ? createOperationExecutor(config) : undefined;
  const gateway = execute ? withFreightEngine(supergraph.apollo, execute) : supergraph.apollo;
  const apollo = createApolloServer(gateway, config, log);

  // The way of a request. Execution follows: plan, fetch, write.
  const steps: readonly Step[] = [
    authenticate(access), // first: nobody with a false token causes work
    checkDocument, // limits before validation, whose cost they bound
    refuseSubscription,
  ];

  const app = await createApp(config, log);
  const generation = () => supergraph.current;
  const onAnswer = metrics.answered;
  const { requestTimeoutMs, overrideLabels, maxWaitingRequests } = config;
  const live = new LiveOperations({
    access,
    generation,
    requestTimeoutMs,
    renewalMs: config.live.renewalMs,
    overrideLabels,
    log,
    onAnswer,
  });
  serveGraphql(app, { apollo, execute, steps, generation, live, onAnswer, log, maxWaitingRequests });
  const webSockets = serveWebSockets(app.server, {
    operations: live,
    authenticate: async (headers) => void (await access.identify(headers)),
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
  await serveExplorer(app);

  let closing: Promise<void> | undefined;
  const drainAndStop = async (): Promise<void> => {
    phase = 'draining';
    await drain(app, config.drain, () => live.close(), webSockets);
    await apollo.stop().catch((error: unknown) => log.error({ err: error }, 'while stopping'));
    await transport.close();
    metrics.close();
  };
  try {
    await apollo.start();
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
