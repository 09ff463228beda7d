import type { ApolloServer } from '@apollo/server';
import type { Log } from '#shared/log.ts';
import { type EngineError, RequestError } from '../engine/errors.ts';
import { fromFormattedError } from '../errors/public-error.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Executor } from '../pipeline/executor.ts';
import type { ApolloContext } from './context.ts';
import { UnmaskedError } from './unmasked-error.ts';

/** Execution by @apollo/gateway inside Apollo Server (`--engine apollo`): single responses only. */
export function createApolloExecutor(server: ApolloServer<ApolloContext>, log: Log): Executor {
  return {
    async execute(checked, signal) {
      const { source: query, operation, variables } = checked;
      const { body } = await server.executeOperation(
        { query, operationName: operation.name?.value, variables },
        { contextValue: { checked, signal } },
      );
      if (body.kind !== 'single') throw new Error('@apollo/gateway answers at once');
      const { data, errors: given = [] } = body.singleResult;
      const errors = given.map((error): EngineError => {
        const [formatted, original] =
          error instanceof UnmaskedError ? [error.formatted, error.original] : [error, error];
        return fromFormattedError(formatted, original, checked.id, log);
      });
      if (data === undefined) throw new RequestError(errors);
      return { data: JSON.stringify(data), errors };
    },
    deliver: async () => refuseLive(),
    subscribe: async () => refuseLive(),
  };
}

function refuseLive(): never {
  throw new RequestRefusal('BAD_REQUEST', 'Subscriptions and @defer need a gateway that runs with --engine freight.');
}
