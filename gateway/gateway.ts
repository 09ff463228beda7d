import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { accessChangedTopic } from '#shared/identity/access-snapshot.ts';
import { createForeignKeyReporter } from '#shared/identity/foreign-keys.ts';
import { gatewayItself, identityHeader } from '#shared/identity/identity.ts';
import { loadApiKeySecrets, loadPublicKeys, loadSigningKey } from '#shared/identity/keys.ts';
import { accessTokens, createSigner, createVerifier } from '#shared/identity/tokens.ts';
import { createLog, type Log } from '#shared/runtime/log.ts';
import { refusePort, type WantedPort } from '#shared/runtime/ports.ts';
import { openTracing } from '#shared/runtime/tracing/open-tracing.ts';
import { AuditReports } from './access/audit/audit-reports.ts';
import { openBudgets } from './access/budget/open-budgets.ts';
import { Usage } from './access/budget/usage.ts';
import type { Access } from './access/caller.ts';
import { type AccessSnapshotOptions, AccessSnapshots } from './access/callers/access-snapshots.ts';
import { createAccessSubgraph } from './access/callers/access-subgraph.ts';
import { createKeyIdentifier, type OnRefusedKey } from './access/callers/identify-key.ts';
import { KeyUses } from './access/callers/key-uses.ts';
import { createOriginReader, isTrustedProxy } from './access/clients/client-address.ts';
import { OpenSockets } from './access/clients/open-sockets.ts';
import { createSkewMeter, createSkewReporter } from './access/clock-skew.ts';
import { type ControlMessages, noMessages } from './access/control/control-messages.ts';
import { openHeartbeat } from './access/control/open-heartbeat.ts';
import { openSharedRedis } from './access/control/shared-redis.ts';
import { DocumentUses } from './access/documents/document-uses.ts';
import { readManifests } from './access/documents/read-manifests.ts';
import { TrustedDocuments } from './access/documents/trusted-documents.ts';
import { createFreightAccess, identityHeaders } from './access/freight-access.ts';
import { createOpenAccess } from './access/open-access.ts';
import { MemoryNonces } from './access/signatures/memory-nonces.ts';
import { RedisNonces } from './access/signatures/redis-nonces.ts';
import { Signatures } from './access/signatures/signatures.ts';
import { RedisPositions } from './access/written/redis-positions.ts';
import { OwnPositions } from './access/written/written-positions.ts';
import { createApolloEngine } from './apollo/apollo-engine.ts';
import { createManagedGateway } from './apollo/managed-gateway.ts';
import { createTransportSource } from './apollo/transport-source.ts';
import { type GatewayConfig, portsOf } from './config.ts';
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
import { createErrorPolicy } from './errors/error-policy.ts';
import { serveExplorer } from './explorer/explorer-routes.ts';
import { LiveStreams } from './live/streams.ts';
import { serveHealth } from './observe/health-routes.ts';
import { loggedTransport } from './observe/logged-transport.ts';
import { createGatewayMetrics } from './observe/metrics.ts';
import { serveMetrics } from './observe/metrics-route.ts';
import { type Phase, ReadinessCheck } from './observe/readiness.ts';
import { reportRefusedKeys } from './observe/refused-keys.ts';
import { SubgraphHealth } from './observe/subgraph-health.ts';
import { healthRouteProbe, typenameProbe } from './observe/subgraph-probes.ts';
import { serveSupergraphStatus } from './observe/supergraph-route.ts';
import { UnlistedDocuments } from './observe/unlisted-documents.ts';
import type { RecordAppraisals } from './pipeline/appraise.ts';
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
import type { PlanStore } from './supergraph/stored-plans.ts';
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
  const metrics = createGatewayMetrics(() => tracer.counts());
  const trusted = new TrustedDocuments();
  if (config.documents.manifests !== undefined)
    for (const document of readManifests(config.documents.manifests)) trusted.add(document);
  let phase: Phase = 'starting';
  const {
    access: { kind },
    redisUrl,
  } = config;
  const shared = redisUrl !== undefined && kind === 'freight' ? openSharedRedis(redisUrl, log) : undefined;
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
    identityHeader: config.access.kind === 'freight' ? identityHeader : undefined,
    observer: loggedTransport(metrics.transport, log),
  });
  const { access, start, stop, recordAppraisals, plans, documentUses, usage, auditReports } = await openAccess(config, {
    log,
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
  const { renewalMs } = config.live;
  const streams = new LiveStreams({
    ...{ requestTimeoutMs: config.requestTimeoutMs, renewalMs, access, log, tracer },
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
  const callsOnce =
    config.access.kind === 'freight'
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
    explanations: { toEverybody: config.environment === 'development', hasSql: config.access.kind === 'freight' },
    log,
    onPaid: metrics.paid,
    onSettled(settlement) {
      metrics.settled(settlement);
      const served = toServedRequest(settlement);
      if (served) supergraph.note(served);
    },
  });

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
    phase: () => phase,
    subgraphs: () => (supergraph.isLoaded ? supergraph.current.subgraphs : undefined),
    health: new SubgraphHealth(probe),
    log,
  });
  const health = { phase: () => phase, readiness };
  serveHealth(app, { ...health, isDetailed: false });
  const admin = createAdminApp();
  serveHealth(admin, { ...health, isDetailed: true });
  serveMetrics(admin, metrics);
  serveSupergraphStatus(admin, supergraph);
  await serveExplorer(app, config.access.kind === 'freight' ? 'freight' : 'any');

  let closing: Promise<void> | undefined;
  const ports = portsOf(config);
  let adminUrl: string | undefined;
  const endStreams = (): void => {
    streams.close();
    eventConnections.close();
  };
  const drainAndStop = async (): Promise<void> => {
    phase = 'draining';
    await drain(app, config.drain, endStreams, webSockets);
    await callsOnce?.stop(); // of clients that have disconnected
    await admin.close();
    await stop();
    await engine.stop().catch((error: unknown) => log.error({ err: error }, 'while stopping'));
    await transport.close();
    await budgets.close();
    await heartbeat?.stop();
    shared?.close();
    await tracer.close();
    metrics.close();
  };
  try {
    await engine.start();
  } catch (error) {
    await transport.close();
    await budgets.close();
    shared?.close();
    await tracer.close();
    metrics.close();
    throw error;
  }

  return {
    async listen() {
      try {
        await start();
        adminUrl = await listenAt(admin, ports.operators);
        const url = await listenAt(app, ports.clients);
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

/** Connections that the kernel holds until they are accepted. Linux allows 4,096. A client beyond them retries only after a second. */
const backlog = 4_096;

function listenAt(app: FastifyInstance, wanted: WantedPort): Promise<string> {
  const { host, port } = wanted;
  return app.listen({ host, port, backlog }).catch((error: unknown) => refusePort(error, wanted));
}

const accessKeySettings = {
  signer: 'the access subgraph',
  publicKeys: 'ACCESS_PUBLIC_KEYS',
  signingKey: 'ACCESS_SIGNING_KEY',
};

interface OpenAccess {
  readonly access: Access;
  /** Undefined in front of a graph without our access subgraph. */
  readonly recordAppraisals?: RecordAppraisals;
  readonly plans?: PlanStore;
  readonly documentUses?: DocumentUses;
  /** Undefined if operations cost nothing, too. */
  readonly usage?: Usage | undefined;
  readonly auditReports?: AuditReports;
  /** Reads the first access snapshot. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface AccessParts {
  readonly log: Log;
  readonly transport: SubgraphTransport;
  readonly probeAccess: Parameters<typeof createSkewMeter>[0];
  readonly watchSnapshot: (read: () => number | undefined) => void;
  readonly onRefusedKey: OnRefusedKey;
  readonly messages: ControlMessages;
  /** Called after an access snapshot with changes. */
  readonly onChange: () => void;
  readonly onDocuments: NonNullable<AccessSnapshotOptions['onDocuments']>;
  readonly onAcceptedSupergraphs: NonNullable<AccessSnapshotOptions['onAcceptedSupergraphs']>;
}

async function openAccess(
  { access, snapshots: { intervalMs, maxAgeMs }, forwardHeaders, budgetMode }: GatewayConfig,
  {
    log,
    transport,
    probeAccess,
    watchSnapshot,
    onRefusedKey: onRefused,
    messages,
    onChange,
    onDocuments,
    onAcceptedSupergraphs,
  }: AccessParts,
): Promise<OpenAccess> {
  const nothing = async (): Promise<void> => {};
  if (access.kind === 'open') return { access: createOpenAccess(forwardHeaders), start: nothing, stop: nothing };
  const { dataDir, publicKeys, signingKey } = access;
  const { privateJwk } = await loadSigningKey('identity', { given: signingKey, dataDir });
  const signer = createSigner(privateJwk);
  const subgraph = createAccessSubgraph(transport, identityHeaders(gatewayItself, signer, Date.now));
  const secrets = await loadApiKeySecrets({ given: access.apiKeySecrets, dataDir });
  const snapshots = new AccessSnapshots({
    read: subgraph.readSnapshot,
    secrets,
    intervalMs,
    maxAgeMs,
    log,
    onChange,
    onDocuments,
    onAcceptedSupergraphs,
  });
  const uses = new KeyUses(subgraph.recordUses, log);
  const documentUses = new DocumentUses(subgraph.recordDocumentUses, log);
  const auditReports = new AuditReports(subgraph.recordAuditReport, log);
  const usage = budgetMode && new Usage(subgraph.recordUsage, log);
  watchSnapshot(() => snapshots.ageSeconds);
  messages.listen(accessChangedTopic, z.unknown(), () => void snapshots.readChange());
  return {
    access: createFreightAccess({
      verifier: createVerifier(await loadPublicKeys('access', { given: publicKeys, dataDir }), accessTokens),
      confirm: (identity) => snapshots.confirm(identity),
      identifyKey: createKeyIdentifier({ secrets, snapshots, uses, onRefused }),
      signer,
      forwardHeaders,
      measureSkew: createSkewMeter(probeAccess),
      onClockSkew: createSkewReporter(log),
      onForeignKey: createForeignKeyReporter(accessKeySettings, log),
    }),
    recordAppraisals: subgraph.recordAppraisals,
    plans: subgraph,
    documentUses,
    usage,
    auditReports,
    start: () => snapshots.start(),
    async stop() {
      await Promise.all([uses.stop(), documentUses.stop(), usage?.stop(), auditReports.stop()]);
      await snapshots.stop();
    },
  };
}
