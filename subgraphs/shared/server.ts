import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import fastify, { type FastifyInstance } from 'fastify';
import { type GraphQLSchema, parse } from 'graphql';
import { collectDefaultMetrics } from 'prom-client';
import { openDatabase } from './database/database.ts';
import { checkDatabase } from './database/database-check.ts';
import { requireKeys } from './database/key-check.ts';
import { sharedRetention } from './database/retention.ts';
import { sealRows } from './database/seal-rows.ts';
import { sealedColumnsOf } from './database/sealed-column.ts';
import type { StandbySettings } from './database/standby/standby.ts';
import { type Jobs, openJobs } from './events/jobs.ts';
import { guard } from './graphql/authorization.ts';
import { recordColumns } from './graphql/columns.ts';
import { type BaseContext, createBaseContext, type RequestFacts, type Services } from './graphql/context.ts';
import { boundLists } from './graphql/list-sizes.ts';
import { createRespond, type Respond } from './graphql/respond.ts';
import { serveSubscriptions } from './graphql/subscriptions.ts';
import type { FieldCipher } from './identity/field-cipher.ts';
import { createIdentityReader } from './identity/gateway-identity.ts';
import type { Identity } from './identity/identity.ts';
import { parseRequestOrigin, type RequestOrigin } from './identity/request-origin.ts';
import type { TokenVerifier } from './identity/tokens.ts';
import { countLosses } from './live/counted-live.ts';
import type { LivePubSub } from './live/pubsub.ts';
import { Health } from './runtime/health.ts';
import { serveHealth } from './runtime/health-route.ts';
import type { Log } from './runtime/log.ts';
import { createSubgraphMetrics } from './runtime/metrics.ts';
import { SlowStatements } from './runtime/slow-statements.ts';
import { openTracing } from './runtime/tracing/open-tracing.ts';
import type { TracingConfig } from './runtime/tracing/tracing-config.ts';
import { defaultLimits, type SubgraphLimits } from './settings/limits.ts';
import type { Subgraph } from './subgraph.ts';
import type { Chore } from './work/chore.ts';
import { Chores } from './work/chores.ts';
import { measureJobs } from './work/measure-jobs.ts';
import { Measurements } from './work/measurements.ts';
import { purgeChores } from './work/purge.ts';

export interface SubgraphOptions {
  readonly databaseUrl: string;
  readonly live: LivePubSub;
  readonly log: Log;
  readonly clock?: () => Date;
  /** Health of the process. The health of each of its subgraphs includes these parts. */
  readonly processHealth?: Health;
  readonly limits?: Partial<SubgraphLimits>;
  /** False if the tables must already be up to date, as in production after `npm run migrate`. */
  readonly migrates?: boolean;
  /** Required for a subgraph with sealed columns. */
  readonly cipher?: FieldCipher | undefined;
  /** Undefined = no traces. */
  readonly tracing?: TracingConfig | undefined;
  /** Answers reads of clients. */
  readonly standby?: StandbySettings | undefined;
}

/** A subgraph with migrated tables and running services. It does not listen or handle events yet. */
export interface OpenSubgraph<C extends BaseContext> {
  readonly subgraph: Subgraph<C>;
  readonly services: Services;
  readonly schema: GraphQLSchema;
  /** The context of one request of this identity. */
  contextFor(identity: Identity, origin?: RequestOrigin, request?: RequestFacts): C;
  close(): Promise<void>;
}

/** A subgraph that listens. */
export interface RunningSubgraph<C extends BaseContext = BaseContext> extends OpenSubgraph<C> {
  readonly url: string;
  /** Responds to a gateway in the same process as the URL does, without a socket. Rejects once the subgraph stops. */
  readonly respond: Respond;
  /** Reads the figures in `/metrics` that it otherwise reads at intervals. */
  measure(): Promise<void>;
}

export function createSchema<C extends BaseContext>({ schema, resolvers, rules }: Subgraph<C>): GraphQLSchema {
  const typeDefs = parse(readFileSync(schema, 'utf8'));
  // The resolvers require the context of this subgraph, which only `contextFor` creates. The builder does not type contexts.
  const built = buildSubgraphSchema({ typeDefs, resolvers: resolvers as GraphQLResolverMap<unknown> });
  return boundLists(guard(recordColumns(built), rules));
}

/** Opens the database, queue and schema of a subgraph. Migrates its tables or requires them to be up to date. */
export async function openSubgraph<C extends BaseContext>(
  subgraph: Subgraph<C>,
  options: SubgraphOptions,
): Promise<OpenSubgraph<C>> {
  const {
    databaseUrl: url,
    log,
    clock = () => new Date(),
    processHealth,
    limits,
    migrates = true,
    cipher,
    standby,
    tracing,
  } = options;
  const { maxObjects, statementTimeoutMs } = { ...defaultLimits, ...limits };
  const live = countLosses(options.live, log);
  const { name, entities, migrations, reactions } = subgraph;
  const schema = createSchema(subgraph);
  await using opened = new AsyncDisposableStack();
  const tracer = await openTracing(tracing, name, log);
  opened.defer(() => tracer.close());
  const slowStatements = new SlowStatements(log);
  const tables = { url, schema: name, entities, migrations };
  const database = await openDatabase({ ...tables, log, cipher, standby, statementTimeoutMs });
  opened.defer(() => database.close());
  if (migrates) await database.migrate();
  else await database.requireMigrated();
  if (entities.some((entity) => sealedColumnsOf(entity).length > 0)) {
    await requireKeys(database, name);
    const sealed = await sealRows(database, entities, 'plain');
    if (sealed > 0) log.info({ texts: sealed }, 'personal data of an earlier release was encrypted');
  }
  const jobs = await openJobs({ subgraph: name, url, database, reactions, live, log, tracer, slowStatements });
  opened.defer(() => jobs.close());
  const health = new Health(() => new Date(), processHealth);
  checkDatabase(health, { ping: () => jobs.ping(), hasStandby: () => database.hasStandby() }, log);
  const services: Services = { database, jobs, live, log, clock, health, maxObjects, tracer, slowStatements };
  const running = opened.move();
  let closing: Promise<void> | undefined;
  return {
    subgraph,
    services,
    schema,
    contextFor: (identity, origin = parseRequestOrigin({}), request) =>
      subgraph.context(createBaseContext(services, identity, origin, request)),
    close() {
      closing ??= running.disposeAsync();
      return closing;
    },
  };
}

export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  /** False if `jobs.drain()` handles events instead. Chores do not run either. */
  readonly takesEvents?: boolean;
  /** True if the subgraph has a process of its own: its metrics tell memory, CPU time and garbage collection of the process. */
  readonly ownsProcess?: boolean;
}

/** Serves an open subgraph over HTTP and graphql-ws at `/graphql`, serves `/health` and `/metrics`, and handles its events. */
export async function listen<C extends BaseContext>(
  open: OpenSubgraph<C>,
  verifier: TokenVerifier,
  { host = '127.0.0.1', port = 0, takesEvents = true, ownsProcess = false }: ListenOptions = {},
): Promise<RunningSubgraph<C>> {
  const { subgraph, services, schema, contextFor } = open;
  const { log, database, jobs, live, health, tracer, slowStatements } = services;
  const counts = {
    spans: () => tracer.counts(),
    liveLosses: () => live.lost,
    liveConflations: () => live.conflated,
    liveUnsent: () => live.unsent,
    eventsRefused: () => jobs.refused,
  };
  const measured = [measureJobs(subgraph.name), ...(subgraph.measurements ?? [])];
  const measurements = new Measurements(measured, services);
  const own = [...(subgraph.metrics ?? []), ...measurements.metrics];
  const metrics = createSubgraphMetrics(subgraph.name, counts, database, own);
  if (ownsProcess) collectDefaultMetrics({ register: metrics.registry });

  const readIdentity = createIdentityReader(verifier, services);
  const writtenPosition = () => database.writtenPosition();
  const observers = { metrics, log, tracer, slowStatements };
  const respond = createRespond({ schema, readIdentity, contextFor, writtenPosition, ...observers });

  // The gateway is the only client, and its batches of representations can be long.
  const app = fastify({ bodyLimit: 8 * 1_048_576, forceCloseConnections: 'idle', requestTimeout: 60_000 });
  serveGraphql(app, respond);
  serveHealth(app, health);
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  const url = await app.listen({ host, port });
  const subscriptions = serveSubscriptions(
    app.server,
    schema,
    services,
    (base) => subgraph.context(base),
    readIdentity,
  );
  if (takesEvents) await jobs.start();
  const chores = new Chores(choresOf(subgraph, jobs), services, metrics.chores);
  if (takesEvents) chores.start();
  if (takesEvents) measurements.start();
  const stop = async (): Promise<void> => {
    await chores.close();
    await measurements.close();
    await subscriptions.close();
    await app.close();
    await open.close();
  };
  let closing: Promise<void> | undefined;
  return {
    ...open,
    url: `${url}/graphql`,
    measure: () => measurements.measure(),
    respond: (request) => (closing ? Promise.reject(new Error('The subgraph has stopped.')) : respond(request)),
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

function choresOf<C extends BaseContext>({ chores = [], retention }: Subgraph<C>, jobs: Jobs): Chore[] {
  const queues: Chore = { name: 'deleteFinishedEvents', everyMs: 600_000, run: () => jobs.deleteFinished() };
  return [...chores, queues, ...purgeChores({ ...sharedRetention, ...retention })];
}

const contentType = 'application/graphql-response+json; charset=utf-8';

function serveGraphql(app: FastifyInstance, respond: Respond): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post<{ Body: string }>('/graphql', async ({ headers, body }, reply) => {
    const { status, result } = await respond({ headers, body, signal: disconnectSignalOf(reply.raw) });
    return reply.code(status).type(contentType).send(JSON.stringify(result));
  });
}

/** Returns a signal that aborts when the connection closes before the response was sent. */
function disconnectSignalOf(response: ServerResponse): AbortSignal {
  const disconnect = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) disconnect.abort();
  });
  return disconnect.signal;
}
