import { GraphQLError, parse, validate } from 'graphql';
import { type EngineErrorCode, RequestError } from '../engine/errors.ts';
import type { Generation } from '../supergraph/generation.ts';

/** Everything that is wrong with a faulty document, with the places. */
export function findFaults({ documents }: Generation, source: string): RequestError {
  try {
    const errors = validate(documents.schema, parse(source), documents.rules);
    if (errors.length > 0) return faults('GRAPHQL_VALIDATION_FAILED', errors);
    return faults('GRAPHQL_VALIDATION_FAILED', [new GraphQLError('The document has no operation.')]);
  } catch (error) {
    if (error instanceof GraphQLError) return faults('GRAPHQL_PARSE_FAILED', [error]);
    throw error;
  }
}

function faults(code: EngineErrorCode, errors: readonly GraphQLError[]): RequestError {
  return new RequestError(
    errors.map(({ message, locations }) => ({
      message,
      ...(locations && { locations }),
      extensions: { code, retryable: false },
    })),
  );
}
