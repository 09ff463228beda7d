import { errorTable, isErrorCode } from '#shared/errors/errors.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { ErrorPolicy } from '../engine/ports.ts';

/** Names of extensions that clients may see, besides those that settings add. */
const publicExtensions: ReadonlySet<string> = new Set([
  'code',
  'retryable',
  'retryAfterSeconds',
  'field',
  'argument',
  'limit',
  'estimate',
  'dearestPath',
  'version',
]);

/** Codes of errors that nobody has coded: their messages may be a driver's. */
const maskedCodes: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

export interface ErrorPolicyOptions {
  /** Codes of other subgraphs whose messages are meant for clients, besides those of our table. */
  readonly publicErrorCodes: ReadonlySet<string>;
  readonly publicErrorExtensions: ReadonlySet<string>;
}

/** What clients may see of subgraphs' errors: an allow list of codes and of names of extensions. What is masked is logged. */
export function createErrorPolicy(
  { publicErrorCodes, publicErrorExtensions }: ErrorPolicyOptions,
  log: Log,
): ErrorPolicy {
  const isPublicCode = (code: string): boolean => isErrorCode(code) || publicErrorCodes.has(code);
  const isPublicMessage = (code: string): boolean => !maskedCodes.has(code) && isPublicCode(code);
  return {
    isPublicCode,
    isPublicMessage,
    isPublicExtension: (name) => publicExtensions.has(name) || publicErrorExtensions.has(name),
    isRetryable: (code) => isErrorCode(code) && errorTable[code].retryable,
    onSubgraphError({ message, path, extensions }, subgraph, requestId) {
      const code = codeOf(extensions);
      if (code !== undefined && isPublicMessage(code)) return;
      log.error({ requestId, subgraph, code, path, reason: message }, 'error of a subgraph masked');
    },
    onSubgraphFailure({ subgraph, code, message, cause }, requestId) {
      // Only the cause is hidden from clients. Refusals of our own have none: an open circuit, a full queue.
      if (cause !== undefined) log.error({ requestId, subgraph, code, err: cause }, message);
    },
  };
}

function codeOf(extensions: unknown): string | undefined {
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return undefined;
  return typeof extensions.code === 'string' ? extensions.code : undefined;
}
