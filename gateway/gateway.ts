import { identityHeader } from '#shared/identity/identity.ts';
import { createLog, type Log } from '#shared/runtime/log.ts';
import { openTracing } from '#shared/runtime/tracing/open-tracing.ts';
import { openBudgets } from './access/budget/open-budgets.ts';
import { OpenSockets } from './access/clients/open-sockets.ts';
import { noMessages } from './access/control/control-messages.ts';
import { openHeartbeat } from './access/control/open-heartbeat.ts';
import { openSharedRedis } from './access/control/shared-redis.ts';
import { readManifests } from './access/documents/read-manifests.ts';
import { TrustedDocuments } from './access/documents/trusted-documents.ts';
import { MemoryNonces } from './access/signatures/memory-nonces.ts';
import { RedisNonces } from './access/signatures/redis-nonces.ts';
import { Signatures } from './access/signatures/signatures.ts';
import { RedisPositions } from './access/written/redis-positions.ts';
import { OwnPositions } from './access/written/written-positions.ts';
import { createApolloEngine } from './apollo/apollo-engine.ts';
import { createManagedGateway } from './apollo/managed-gateway.ts';
import { createTransportSource } from './apollo/transport-source.ts';
import { type GatewayConfig, portsOf } from './config.ts';
import { listenAt } from './edges/http/listen-at.ts';
import { createErrorPolicy } from './errors/error-policy.ts';
import { openAccess } from './gateway-access.ts';
import { openEdges } from './gateway-edges.ts';
import { LiveStreams } from './live/streams.ts';
import { loggedTransport } from './observe/logged-transport.ts';
import { createGatewayMetrics } from './observe/metrics.ts';
import type { Phase } from './observe/readiness.ts';
import { reportRefusedKeys } from './observe/refused-keys.ts';
import { healthRouteProbe } from './observe/subgraph-probes.ts';
import { UnlistedDocuments } from './observe/unlisted-documents.ts';
import { ConnectionRush } from './pipeline/connection-rush.ts';
import { createEngineExecutor } from './pipeline/engine-executor.ts';
import type { ServedEngine } from './pipeline/executor.ts';
import { noteOperation } from './pipeline/note-operation.ts';
import { createCallRecords } from './pipeline/once/call-records.ts';
import { CallsOnce } from './pipeline/once/calls-once.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import { toServedRequest } from './pipeline/served-request.ts';
import { RecentOperations } from './supergraph/gate/recent-operations.ts';
import { SupergraphLifecycle } from './supergraph/lifecycle.ts';
import type { LocalSubgraph } from './transport/config.ts';
import { createTransport } from './transport/transport.ts';

/** A gateway with a loaded supergraph. */
export interface Gateway {
  /** Opens the ports and resolves with the address for clients, such as http://127.0.0.1:4000. @throws ConfigurationError */
  listen(): Promise<string>;
  /** The address for operators. Only after `listen`. */
  readonly adminUrl: string;
  /** Resolves when every trusted document has been validated and planned for the current supergraph. */
  whenPrepared(): Promise<void>;
  /** Finishes what is in flight, within the configured window, and stops. */
  close(): Promise<void>;
}

/** What the process of the gateway has, besides its settings. */
export interface GatewayParts {
  readonly log?: Log;
  /** Subgraphs in the same process, which are called without a socket. */
  readonly local?: readonly LocalSubgraph[];
}

/** Builds the gateway and loads the supergraph, but opens no port. @throws ConfigurationError for errors that the operator can fix */
export async function createGateway(
  config: GatewayConfig,
  { log = createLog('gateway', config.logLevel), local = [] }: GatewayParts = {},
): Promise<Gateway> {
  const tracer = await openTracing(config.tracing, 'gateway', log);
  const metrics = createGatewayMetrics(config.release, () => tracer.counts());
  const trusted = new TrustedDocuments();
  if (config.documents.manifests !== undefined)
    for (const document of readManifests(config.documents.manifests)) trusted.add(document);
  let phase: Phase = 'starting';
  const isFreight = config.access.kind === 'freight';
  const shared = isFreight && config.redisUrl !== undefined ? openSharedRedis(config.redisUrl, log) : undefined;
  const messages = shared?.messages ?? noMessages;
  const heartbeat = shared && (await openHeartbeat(config, shared, log));
  metrics.watchPeers(() => heartbeat?.counts);

  const positions = config.readReplicas
    ? shared
      ? new RedisPositions(shared.commands)
      : new OwnPositions()
    : undefined;
  const transport = createTransport({
    subgraphs: {},
    local,
    limits: { timeoutMs: config.subgraphTimeoutMs },
    // @apollo/gateway modifies subgraph responses, so sharing them would mix requests.
    shareResponses: config.engine === 'freight',
    exactNumbers: config.engine === 'freight',
    identityHeader: isFreight ? identityHeader : undefined,
    observer: loggedTransport(metrics.transport, log),
  });
  const { access, start, stop, recordAppraisals, plans, documentUses, usage, auditReports } = await openAccess(config, {
    log,
    tracer,
    transport,
    probeAccess: async () => {
      const subgraph = supergraph.isLoaded ? supergraph.current.subgraphs['access'] : undefined;
      return subgraph && healthRouteProbe()('access', subgraph.url);
    },
    watchSnapshot: metrics.watchSnapshot,
    onRefusedKey: reportRefusedKeys(metrics.refusedKeys, log),
    messages,
    onChange: () => void streams.renew(),
    onAcceptedSupergraphs: (hashes) => supergraph.accept(hashes),
    onDocuments: (documents) => {
      const added = documents.flatMap((document) => trusted.add(document) ?? []);
      if (supergraph.isLoaded) for (const { preparation } of supergraph.served) preparation.add(added);
    },
  });
  const errorPolicy = createErrorPolicy(config, log);
  const recent = new RecentOperations();
  const supergraph = new SupergraphLifecycle({
    config,
    transport,
    errorPolicy,
    log,
    trusted,
    plans,
    recent,
    onDocumentWork: metrics.documentWork,
    createApollo: (managed) =>
      createManagedGateway({
        ...managed,
        dataSource: createTransportSource(transport, config),
        log,
      }),
    onReload: metrics.supergraph.reloaded,
    onGate: metrics.supergraph.gate,
    onCanary: metrics.supergraph.canary,
    onServed: metrics.supergraph.served,
  });
  const streams = new LiveStreams({
    ...{ requestTimeoutMs: config.requestTimeoutMs, access, log, tracer },
    renewalMs: config.live.renewalMs,
    onDrop: metrics.live.dropped,
    onDelivered: metrics.live.delivered,
  });
  const engine: ServedEngine =
    config.engine === 'apollo'
      ? createApolloEngine(supergraph.apollo, { config, errorPolicy, log })
      : {
          executor: createEngineExecutor({ ...config, streams }),
          start: () => supergraph.start(),
          stop: () => supergraph.stop(),
        };
  const unlisted = new UnlistedDocuments(metrics.unlisted, log);
  const budgets = openBudgets(config, log, metrics.budgetExceeded);
  const rush = new ConnectionRush();
  const openSockets = new OpenSockets(config.maxSocketsPerClient);
  const callsOnce = isFreight
    ? new CallsOnce(createCallRecords(transport), config.requestTimeoutMs, messages)
    : undefined;
  const pipeline = new Pipeline({
    rush,
    openSockets,
    access,
    signatures: new Signatures(shared ? new RedisNonces(shared.commands) : new MemoryNonces()),
    callsOnce,
    executor: engine.executor,
    generation: (callerKey) => supergraph.generationFor(callerKey),
    onChecked: (checked) => noteOperation(recent, checked),
    clientRates: config.clientRates,
    introspection: config.introspection,
    staffNetworks: config.staffNetworks,
    documents: {
      trusted,
      policies: config.documents.policies,
      onUsed: (document, identity) => documentUses?.note(document, identity),
      onUnlisted: (identified, document) => unlisted.report(identified, document),
    },
    appraisals: recordAppraisals && {
      record: recordAppraisals,
      introspection: config.introspection,
      budgets: budgets.budgets,
      maxQueryCost: config.maxQueryCost,
    },
    maxQueryCost: config.maxQueryCost,
    positions,
    budgets: budgets.budgets,
    usage,
    auditReports,
    maxWaitingRequests: config.maxWaitingRequests,
    explanations: { toEverybody: config.environment === 'development', hasSql: isFreight },
    log,
    onPaid: metrics.paid,
    onSettled(settlement) {
      metrics.settled(settlement);
      const served = toServedRequest(settlement);
      if (served) supergraph.note(served);
    },
  });

  const edges = await openEdges(config, {
    ...{ pipeline, rush, openSockets, access, trusted, supergraph, streams, transport, metrics, tracer, log },
    phase: () => phase,
  });

  let closing: Promise<void> | undefined;
  let adminUrl: string | undefined;
  const release = async (): Promise<void> => {
    await transport.close();
    await budgets.close();
    shared?.close();
    await tracer.close();
    metrics.close();
  };
  const drainAndStop = async (): Promise<void> => {
    phase = 'draining';
    await edges.drain();
    await callsOnce?.stop(); // of clients that have disconnected
    await edges.admin.close();
    await stop();
    await engine.stop().catch((error: unknown) => log.error({ err: error }, 'while stopping'));
    await heartbeat?.stop();
    await release();
  };
  try {
    await engine.start();
  } catch (error) {
    await release();
    throw error;
  }

  return {
    async listen() {
      try {
        await start();
        adminUrl = await listenAt(edges.admin, portsOf(config).operators);
        const url = await listenAt(edges.app, portsOf(config).clients);
        heartbeat?.start();
        phase = 'serving';
        log.info({ url, adminUrl, engine: config.engine }, 'ready');
        return url;
      } catch (error) {
        await drainAndStop();
        throw error;
      }
    },
    get adminUrl() {
      if (adminUrl === undefined) throw new Error('the gateway does not listen yet');
      return adminUrl;
    },
    whenPrepared: () => supergraph.current.preparation.whenDone(),
    close() {
      closing ??= drainAndStop();
      return closing;
    },
  };
}
