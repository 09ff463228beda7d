import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorTable, isErrorCode, maskedMessage } from '#shared/errors/errors.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { EngineError } from '../engine/errors.ts';
import { SubgraphFailure } from '../engine/ports.ts';
import { shortMessage } from '../engine/values/short-message.ts';
import { variablePath } from './variable-path.ts';

/** An error as clients see it, on every edge. */
export interface PublicError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly retryable: boolean;
    readonly requestId: string;
    readonly [name: string]: unknown;
  };
}

/** Extensions that libraries add and that clients must not see. */
const privateExtensions = new Set(['stacktrace', 'exception', 'stack', 'http', 'url', 'response', 'serviceName']);

/** The field at fault, if a variable does not fit its type. `field` is the same as in the error's message, as a path. */
function faultyField(code: string, message: string): { readonly field?: readonly string[] } {
  const field = code === 'BAD_USER_INPUT' ? variablePath(message) : undefined;
  return field ? { field } : {};
}

/** Adds the request id to an error that the engine has coded and masked, and the field at fault. */
export function fromEngineError(
  { message: given, locations, path, extensions }: EngineError,
  requestId: string,
): PublicError {
  const message = shortMessage(given);
  return {
    message,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { ...faultyField(extensions.code, message), ...extensions, requestId },
  };
}

/**
 * Makes an error public: a coded error keeps its message, every other one becomes INTERNAL_SERVER_ERROR. The log has the full error under the
 * request id.
 */
export function fromUnknownError(error: unknown, requestId: string, log: Log): PublicError {
  const formatted = error instanceof GraphQLError ? error.toJSON() : { message: maskedMessage };
  return fromFormattedError(formatted, error, requestId, log);
}

/** Does the same for an error that a library has formatted. @param error the error before formatting */
export function fromFormattedError(
  formatted: GraphQLFormattedError,
  error: unknown,
  requestId: string,
  log: Log,
): PublicError {
  const source = findOriginal(error);
  if (source instanceof SubgraphFailure) return fromSubgraphFailure(formatted, source, requestId);
  const extensions = formatted.extensions ?? {};
  if (source instanceof GraphQLError && !isUncoded(source, extensions)) {
    return coded(formatted, extensions, requestId);
  }
  log.error({ err: source, requestId, path: formatted.path }, 'unexpected error');
  return coded({ ...formatted, message: maskedMessage }, { code: 'INTERNAL_SERVER_ERROR' }, requestId);
}

/** Unwraps the error that libraries have wrapped. */
export function findOriginal(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError instanceof Error) inner = inner.originalError;
  return inner;
}

/** Apollo Server assigns INTERNAL_SERVER_ERROR to uncoded errors. Of those, only errors of graphql-js with nodes are safe to show. */
function isUncoded(source: GraphQLError, extensions: Readonly<Record<string, unknown>>): boolean {
  const code = extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
  return code === 'INTERNAL_SERVER_ERROR' && source.extensions['code'] === undefined && !source.nodes;
}

function coded(
  { message, locations, path }: GraphQLFormattedError,
  extensions: Readonly<Record<string, unknown>>,
  requestId: string,
): PublicError {
  const kept = Object.fromEntries(Object.entries(extensions).filter(([name]) => !privateExtensions.has(name)));
  const code = typeof extensions['code'] === 'string' ? extensions['code'] : 'INTERNAL_SERVER_ERROR';
  const retryable = isErrorCode(code) ? errorTable[code].retryable : false;
  const shown = code === 'INTERNAL_SERVER_ERROR' ? maskedMessage : shortMessage(message);
  return {
    message: shown,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { retryable, ...faultyField(code, shown), ...kept, code, requestId },
  };
}

function fromSubgraphFailure(
  { locations, path }: GraphQLFormattedError,
  { message, code, retryable, subgraph, retryAfterSeconds }: SubgraphFailure,
  requestId: string,
): PublicError {
  return {
    message,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code, retryable, subgraph, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }), requestId },
  };
}
