import type { Server } from 'node:http';
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { type BaseContext, createBaseContext, type Services } from './context.ts';
import { GraphError } from './errors.ts';
import type { Identity, TokenVerifier } from './identity.ts';
import { maskError } from './masking.ts';
import { requestOriginOf } from './request-origin.ts';

export interface SubscriptionEdge {
  close(): Promise<void>;
}

const callerExtensions = z.object({ identity: z.string(), headers: z.record(z.string(), z.unknown()).default({}) });

/**
 * graphql-ws at `/graphql` of a subgraph. One socket of the gateway carries the subscriptions of many people, so the
 * identity token comes with each `subscribe` message, in `extensions.identity`.
 */
export function serveSubscriptions(
  server: Server,
  schema: GraphQLSchema,
  services: Services,
  contextOf: (base: BaseContext) => BaseContext,
  verifier: TokenVerifier,
): SubscriptionEdge {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 1_048_576 });
  const edge = useServer<Record<string, never>, { identity?: Identity }>(
    {
      schema,
      async context(_socket, _id, payload) {
        const caller = callerExtensions.safeParse(payload.extensions).data;
        const identity = caller && (await verifier.verify(caller.identity));
        if (!identity) throw new GraphError('UNAUTHENTICATED', 'A signed identity in extensions.identity is required.');
        const origin = requestOriginOf(caller.headers);
        return (client: AbortSignal) => contextOf(createBaseContext(services, identity, origin, client));
      },
      subscribe: (args) => streamOf(args),
      onError: (_socket, _id, _payload, errors) =>
        errors.map((error) => maskError(error.toJSON(), error, services.log)),
      // Errors of an event, or of subscribing itself, travel in its result.
      onNext: (_socket, _id, _payload, _args, { errors, ...result }) =>
        errors && { ...result, errors: errors.map((error) => maskError(error.toJSON(), error, services.log)) },
    },
    sockets,
  );
  return {
    async close() {
      await edge.dispose();
      sockets.close();
    },
  };
}

type ContextFactory = (client: AbortSignal) => BaseContext;

/** Like graphql's `subscribe`, with a new context per event: loaders of an old event would answer with old rows. */
async function streamOf(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const newContext = args.contextValue as ContextFactory; // made by `context` above
  const departure = new AbortController();
  const source = await createSourceEventStream({ ...args, contextValue: newContext(departure.signal) });
  if (!(Symbol.asyncIterator in source)) return source;
  const resolveEvent = (rootValue: unknown) => {
    const contextValue = newContext(departure.signal);
    return contextValue.execution.run({ ...args, rootValue, contextValue });
  };
  return mapped(source, resolveEvent, () => departure.abort());
}

/**
 * An async generator would not do: its `return()` waits for the event it is waiting for, so the topics of something that
 * never changes again would never be left.
 */
function mapped<T, R>(
  source: AsyncIterable<T>,
  map: (value: T) => Promise<R>,
  onEnd: () => void,
): AsyncIterableIterator<R> {
  const events = source[Symbol.asyncIterator]();
  const end = async (): Promise<IteratorResult<R>> => {
    onEnd();
    await events.return?.();
    return { value: undefined, done: true };
  };
  return {
    async next() {
      const event = await events.next();
      if (event.done) return { value: undefined, done: true };
      try {
        return { value: await map(event.value), done: false };
      } catch (error) {
        await end();
        throw error;
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
