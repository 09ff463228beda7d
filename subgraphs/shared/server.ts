import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';
import { type GraphQLSchema, parse } from 'graphql';
import { openDatabase } from './database/database.ts';
import { checkDatabase } from './database/database-check.ts';
import { errorTable, GraphError } from './errors/errors.ts';
import { openJobs } from './events/jobs.ts';
import { createApollo } from './graphql/apollo.ts';
import { guard } from './graphql/authorization.ts';
import { type BaseContext, createBaseContext, type Services } from './graphql/context.ts';
import { boundLists } from './graphql/list-sizes.ts';
import { meterFields } from './graphql/metered-fields.ts';
import { serveSubscriptions } from './graphql/subscriptions.ts';
import { createIdentityReader } from './identity/gateway-identity.ts';
import { type Identity, identityHeader } from './identity/identity.ts';
import { type RequestOrigin, requestOriginOf } from './identity/request-origin.ts';
import type { TokenVerifier } from './identity/tokens.ts';
import { countLosses } from './live/counted-live.ts';
import type { LivePubSub } from './live/pubsub.ts';
import { Health } from './runtime/health.ts';
import { serveHealth } from './runtime/health-route.ts';
import type { Log } from './runtime/log.ts';
import { createSubgraphMetrics } from './runtime/metrics.ts';
import { defaultLimits, type SubgraphLimits } from './settings/limits.ts';
import type { Subgraph } from './subgraph.ts';

export interface SubgraphOptions {
  readonly databaseUrl: string;
  readonly live: LivePubSub;
  readonly log: Log;
  readonly clock?: () => Date;
  /** Health of the process, whose parts each of its subgraphs shows with its own. */
  readonly processHealth?: Health;
  readonly limits?: Partial<SubgraphLimits>;
  /** False where the tables must be up to date already: in production `npm run migrate` sees to that. */
  readonly migrates?: boolean;
}

/** A subgraph whose tables are migrated and whose services run; it does not listen and takes no events yet. */
export interface OpenSubgraph<C extends BaseContext> {
  readonly subgraph: Subgraph<C>;
  readonly services: Services;
  readonly schema: GraphQLSchema;
  /** The context in which one request of this identity runs; `client` is aborted when the one who asks has left. */
  contextFor(identity: Identity, origin?: RequestOrigin, client?: AbortSignal): C;
  close(): Promise<void>;
}

/** A subgraph that listens. */
export interface RunningSubgraph<C extends BaseContext = BaseContext> extends OpenSubgraph<C> {
  readonly url: string;
}

export function schemaOf<C extends BaseContext>({ schema, resolvers, rules }: Subgraph<C>): GraphQLSchema {
  const typeDefs = parse(readFileSync(schema, 'utf8'));
  // The map is typed by this subgraph's context, which `contextFor` alone creates; the builder knows no contexts.
  const built = buildSubgraphSchema({ typeDefs, resolvers: resolvers as GraphQLResolverMap<unknown> });
  return meterFields(boundLists(guard(built, rules)));
}

/** Opens database, queue and schema of a subgraph; its tables are brought up to date, or must be. */
export async function openSubgraph<C extends BaseContext>(
  subgraph: Subgraph<C>,
  options: SubgraphOptions,
): Promise<OpenSubgraph<C>> {
  const { databaseUrl: url, log, clock = () => new Date(), processHealth, limits, migrates = true } = options;
  const { maxObjects, statementTimeoutMs } = { ...defaultLimits, ...limits };
  const live = countLosses(options.live, log);
  const { name, entities, migrations, reactions } = subgraph;
  const schema = schemaOf(subgraph);
  await using opened = new AsyncDisposableStack();
  const database = await openDatabase({ url, schema: name, entities, migrations, log, statementTimeoutMs });
  opened.defer(() => database.close());
  if (migrates) await database.migrate();
  else await database.requireMigrated();
  const jobs = await openJobs({ subgraph: name, url, database, reactions, live, log });
  opened.defer(() => jobs.close());
  const health = new Health(() => new Date(), processHealth);
  checkDatabase(health, () => jobs.ping(), log);
  const services: Services = { database, jobs, live, log, clock, health, maxObjects };
  const running = opened.move();
  let closing: Promise<void> | undefined;
  return {
    subgraph,
    services,
    schema,
    contextFor: (identity, origin = requestOriginOf({}), client) =>
      subgraph.context(createBaseContext(services, identity, origin, client)),
    close() {
      closing ??= running.disposeAsync();
      return closing;
    },
  };
}

export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  /** False where events are taken by `jobs.drain()` instead. */
  readonly takesEvents?: boolean;
}

/** Gives the response the HTTP status of the refusal's code. */
function refuseWithStatus(error: unknown): never {
  if (!(error instanceof GraphError)) throw error;
  throw new GraphError(error.code, error.message, { http: { status: errorTable[error.code].status } });
}

/** Serves an open subgraph over HTTP and graphql-ws at `/graphql`, with `/health` and `/metrics`, and takes its events. */
export async function listen<C extends BaseContext>(
  open: OpenSubgraph<C>,
  verifier: TokenVerifier,
  { host = '127.0.0.1', port = 0, takesEvents = true }: ListenOptions = {},
): Promise<RunningSubgraph<C>> {
  const { subgraph, services, schema, contextFor } = open;
  const { log, database, jobs, live, health } = services;
  const counts = {
    statements: database.statements,
    liveLosses: () => live.lost,
    liveConflations: () => live.conflated,
    liveUnsent: () => live.unsent,
  };
  const metrics = createSubgraphMetrics(subgraph.name, counts, subgraph.metrics);

  const readIdentity = createIdentityReader(verifier, services);
  const apollo = createApollo(schema, metrics, log);
  await apollo.start();

  // Batches of representations can be long; the gateway is the only client.
  const app = fastify({ bodyLimit: 8 * 1_048_576, forceCloseConnections: 'idle', requestTimeout: 60_000 });
  app.route({
    method: ['POST'],
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) => {
        const identity = await readIdentity(request.headers[identityHeader]).catch(refuseWithStatus);
        return contextFor(identity, requestOriginOf(request.headers), departureOf(reply.raw));
      },
    }),
  });
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
  const stop = async (): Promise<void> => {
    await subscriptions.close();
    await app.close();
    await apollo.stop();
    await open.close();
  };
  let closing: Promise<void> | undefined;
  return {
    ...open,
    url: `${url}/graphql`,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

/** Aborted when the connection closes before the answer was sent. */
function departureOf(response: ServerResponse): AbortSignal {
  const departure = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) departure.abort();
  });
  return departure.signal;
}
