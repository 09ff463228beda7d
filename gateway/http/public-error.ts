import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorTable, isErrorCode, maskedMessage } from '#shared/errors.ts';
import type { Log } from '#shared/log.ts';
import type { ClientRequest } from '../client-request.ts';
import { SubgraphFailure } from '../engine/ports.ts';

/** What subgraphs and libraries put into extensions, and clients must not see. */
const privateExtensions = new Set(['stacktrace', 'exception', 'stack', 'http', 'url', 'response', 'serviceName']);

/** The error as the request's client sees it; its code is noted with the request. */
export function showError(
  formatted: GraphQLFormattedError,
  error: unknown,
  request: Pick<ClientRequest, 'id' | 'errorCodes'> | undefined,
  log: Log,
): GraphQLFormattedError {
  const shown = publicError(formatted, error, request?.id ?? 'unknown', log);
  request?.errorCodes.push(String(shown.extensions?.['code']));
  return shown;
}

/**
 * What a client sees of an error: coded errors whole, everything else as INTERNAL_SERVER_ERROR with the request id, under which
 * the log holds it in full. The one place where the gateway masks.
 */
export function publicError(
  formatted: GraphQLFormattedError,
  error: unknown,
  requestId: string,
  log: Log,
): GraphQLFormattedError {
  const source = originalOf(error);
  if (source instanceof SubgraphFailure) return subgraphFailure(formatted, source, requestId);
  const extensions = formatted.extensions ?? {};
  if (comesFromSubgraph(extensions) || (source instanceof GraphQLError && !isUncodedFault(source, extensions))) {
    return coded(formatted, extensions, requestId);
  }
  log.error({ err: source, requestId, path: formatted.path }, 'unexpected error');
  return coded({ ...formatted, message: maskedMessage }, { code: 'INTERNAL_SERVER_ERROR' }, requestId);
}

/** The error below the wrappers that libraries put around it. */
function originalOf(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError instanceof Error) inner = inner.originalError;
  return inner;
}

/** @apollo/gateway names the subgraph `serviceName`, our engine `subgraph`. */
function comesFromSubgraph(extensions: Readonly<Record<string, unknown>>): boolean {
  return typeof extensions['serviceName'] === 'string' || typeof extensions['subgraph'] === 'string';
}

/** Apollo Server codes what nobody coded; only graphql-js's own errors about an operation (they have nodes) are fit to be read. */
function isUncodedFault(source: GraphQLError, extensions: Readonly<Record<string, unknown>>): boolean {
  return extensions['code'] === 'INTERNAL_SERVER_ERROR' && source.extensions['code'] === undefined && !source.nodes;
}

function coded(
  { message, locations, path }: GraphQLFormattedError,
  extensions: Readonly<Record<string, unknown>>,
  requestId: string,
): GraphQLFormattedError {
  const shown = Object.fromEntries(Object.entries(extensions).filter(([key]) => !privateExtensions.has(key)));
  const { code, serviceName } = extensions;
  const retryable = isErrorCode(code) ? errorTable[code].retryable : false;
  return {
    message: code === 'INTERNAL_SERVER_ERROR' ? maskedMessage : message,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { retryable, ...(serviceName !== undefined && { subgraph: serviceName }), ...shown, requestId },
  };
}

function subgraphFailure(
  { locations, path }: GraphQLFormattedError,
  { message, code, retryable, subgraph, retryAfterSeconds }: SubgraphFailure,
  requestId: string,
): GraphQLFormattedError {
  return {
    message,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code, retryable, subgraph, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }), requestId },
  };
}
