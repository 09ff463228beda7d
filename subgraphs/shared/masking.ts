import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorTable, isErrorCode, maskedMessage } from './errors.ts';
import { newId } from './ids.ts';
import type { Log } from './log.ts';

/** The error below the wrappers that libraries put around it. */
function originalOf(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return inner;
}

/**
 * What a client sees of an error: coded errors whole, everything else as INTERNAL_SERVER_ERROR with the request id,
 * under which the log holds it in full. The one place where errors are masked in a subgraph.
 */
export function maskError(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const requestId = formatted.extensions?.['requestId'] ?? newId();
  const code = formatted.extensions?.['code'];
  const original = originalOf(error);
  const coded = original instanceof GraphQLError && isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR';
  if (coded) {
    const { stacktrace: _hidden, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions: { retryable: errorTable[code].retryable, ...extensions, requestId } };
  }
  log.error({ err: original, requestId, path: formatted.path }, 'unexpected error');
  const { locations, path } = formatted;
  return {
    message: maskedMessage,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId },
  };
}
