import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ErrorCode, errorTable, isErrorCode, maskedMessage } from '../errors/errors.ts';
import { findOutage } from '../errors/outage.ts';
import { newId } from '../ids.ts';
import type { Log } from '../runtime/log.ts';

/** The error that libraries wrapped. */
function unwrap(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return inner;
}

const maskedMessages = {
  SERVICE_UNAVAILABLE: 'The service is not available at the moment. Try again later.',
  GATEWAY_TIMEOUT: 'The request took too long. Select fewer fields, or try again later.',
  INTERNAL_SERVER_ERROR: maskedMessage,
} as const satisfies Partial<Record<ErrorCode, string>>;

/**
 * Formats an error for clients. Errors with a code of the table stay as they are, outages of the database or Redis get
 * their code, and all others become INTERNAL_SERVER_ERROR. The log has the full error under the same request id. Subgraphs
 * mask errors only here.
 */
export function maskError(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const requestId = formatted.extensions?.['requestId'] ?? newId();
  const code = formatted.extensions?.['code'];
  const original = unwrap(error);
  const coded = original instanceof GraphQLError && isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR';
  if (coded) {
    const { stacktrace: _hidden, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions: { retryable: errorTable[code].retryable, ...extensions, requestId } };
  }
  const masked = findOutage(original) ?? 'INTERNAL_SERVER_ERROR';
  log.error({ err: original, requestId, path: formatted.path, code: masked }, 'masked error');
  const { locations, path } = formatted;
  return {
    message: maskedMessages[masked],
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code: masked, retryable: errorTable[masked].retryable, requestId },
  };
}
