import type { ApolloServer } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Log } from '#shared/runtime/log.ts';
import type { Variables } from '../engine/engine.ts';
import { type EngineError, RequestError } from '../engine/errors.ts';
import { publicCause } from '../engine/execute/public-error.ts';
import { type ErrorPolicy, SubgraphFailure } from '../engine/ports.ts';
import { rounded } from '../engine/values/exact-numbers.ts';
import { findOriginal, fromFormattedError } from '../errors/public-error.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Executor } from '../pipeline/executor.ts';
import { introspects } from '../pipeline/guard-introspection.ts';
import type { ApolloContext } from './context.ts';
import { UnmaskedError } from './unmasked-error.ts';

/** Executes operations by @apollo/gateway inside Apollo Server (`--engine apollo`). It supports single responses only. */
export function createApolloExecutor(server: ApolloServer<ApolloContext>, policy: ErrorPolicy, log: Log): Executor {
  return {
    async execute(checked, signal) {
      const { source: query, operation, onError } = checked;
      if (onError !== 'PROPAGATE') {
        throw new RequestRefusal(
          'BAD_REQUEST',
          `"onError": "${onError}" is not supported by this gateway. Leave it out.`,
        );
      }
      const { schema } = checked.generation.views.for(checked.caller.identity);
      if (schema && introspects(checked)) {
        // @apollo/gateway has one schema for everybody.
        throw new RequestRefusal('FORBIDDEN', 'Only staff may read the schema from this gateway.');
      }
      const variables = rounded(checked.variables) as Variables; // the same record with other leaves
      const { body } = await server.executeOperation(
        { query, operationName: operation.name?.value, variables },
        { contextValue: { checked, signal } },
      );
      if (body.kind !== 'single') throw new Error('@apollo/gateway sends single responses only');
      const { data, errors: given = [] } = body.singleResult;
      const errors = given.map((error) => toEngineError(error, checked.id, policy, log));
      if (data === undefined) throw new RequestError(errors);
      return { data: JSON.stringify(data), errors };
    },
    prepare: async () => {
      throw new RequestRefusal(
        'BAD_REQUEST',
        'Dry runs are not supported by this gateway. Leave the header GraphQL-Dry-Run out.',
      );
    },
    deliver: async () => refuseLive(),
    subscribe: async () => refuseLive(),
  };
}

function toEngineError(error: GraphQLFormattedError, requestId: string, policy: ErrorPolicy, log: Log): EngineError {
  const [formatted, original] = error instanceof UnmaskedError ? [error.formatted, error.original] : [error, error];
  const subgraph = formatted.extensions?.['serviceName'];
  const failure = findTransportFailure(original);
  if (failure) policy.onSubgraphFailure?.(failure, requestId);
  if (typeof subgraph !== 'string' || failure) {
    return fromFormattedError(formatted, original, requestId, log);
  }
  policy.onSubgraphError?.(formatted, subgraph, requestId);
  const { path } = formatted;
  return { ...publicCause(formatted, subgraph, policy), ...(path && { path }) };
}

/** Unwraps a failure of the transport, which @apollo/gateway wraps. */
function findTransportFailure(error: unknown): SubgraphFailure | undefined {
  const original = findOriginal(error);
  return original instanceof SubgraphFailure ? original : undefined;
}

function refuseLive(): never {
  throw new RequestRefusal('BAD_REQUEST', 'Subscriptions and @defer need a gateway that runs with --engine freight.');
}
