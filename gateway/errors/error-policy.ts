import { errorTable, isErrorCode } from '#shared/errors/errors.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { ErrorPolicy } from '../engine/ports.ts';

/** Names of extensions that clients may see. Settings can add others. */
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

/** Codes of errors that were not written for clients. Their messages may come from a driver. */
const maskedCodes: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

export interface ErrorPolicyOptions {
  /** Codes beyond our table whose messages are meant for clients. */
  readonly publicErrorCodes: ReadonlySet<string>;
  readonly publicErrorExtensions: ReadonlySet<string>;
}

/** Decides what clients see of subgraphs' errors, by an allow list of codes and one of extension names. Masked errors are logged. */
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
      // Only the cause is hidden from clients. Our own refusals, such as an open circuit or a full queue, have none.
      if (cause !== undefined) log.error({ requestId, subgraph, code, err: cause }, message);
    },
  };
}

function codeOf(extensions: unknown): string | undefined {
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return undefined;
  return typeof extensions.code === 'string' ? extensions.code : undefined;
}
