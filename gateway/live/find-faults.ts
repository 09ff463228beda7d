import { GraphQLError, getOperationAST, parse, validate } from 'graphql';
import { type EngineErrorCode, RequestError } from '../engine/errors.ts';
import type { Generation } from '../supergraph/generation.ts';

/** Everything that is wrong with an operation text which was found faulty, with the places. */
export function findFaults(
  { engine, documents }: Generation,
  source: string,
  operationName: string | undefined,
): RequestError {
  try {
    const document = parse(source);
    const errors = engine ? validate(engine.schema, document, documents.rules) : [];
    if (errors.length > 0) return faults('GRAPHQL_VALIDATION_FAILED', errors);
    const missing = getOperationAST(document, operationName)
      ? 'The operation was refused'
      : 'One operation, named if there are several, is required';
    return faults('GRAPHQL_VALIDATION_FAILED', [new GraphQLError(missing)]);
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
