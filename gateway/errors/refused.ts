import { errorTable, isErrorCode } from '#shared/errors/errors.ts';
import type { Log } from '#shared/runtime/log.ts';
import { RequestError } from '../engine/errors.ts';
import type { Refused } from '../pipeline/outcome.ts';
import { fromEngineError, fromUnknownError, type PublicError } from './public-error.ts';
import { RequestRefusal } from './request-refusal.ts';

/** Seconds to wait if a process or a dependency is away and the error states none. */
const defaultRetrySeconds = 1;

/** Turns the error that ended a request into the outcome that every edge reports. Unknown errors are logged and masked. */
export function toRefused(error: unknown, requestId: string, log: Log): Refused {
  if (error instanceof RequestError && error.cause !== undefined) {
    log.error({ err: error.cause, requestId }, error.message);
  }
  const errors =
    error instanceof RequestError
      ? error.errors.map((one) => fromEngineError(one, requestId))
      : [fromUnknownError(error, requestId, log)];
  const [first] = errors;
  const refusal = error instanceof RequestRefusal ? error : undefined;
  const { status = statusOf(first?.extensions.code), headers = {} } = refusal ?? {};
  return {
    kind: 'refused',
    errors,
    status,
    headers: { ...headers, ...retryAfter(status, first) },
  };
}

function statusOf(code: unknown): number {
  return isErrorCode(code) ? errorTable[code].status : errorTable.INTERNAL_SERVER_ERROR.status;
}

/** Makes the `Retry-After` header of an error that states a time, and of an outage. */
function retryAfter(status: number, error: PublicError | undefined): Record<string, string> {
  const seconds = error?.extensions['retryAfterSeconds'];
  if (status !== 503 && typeof seconds !== 'number') return {};
  return { 'retry-after': String(typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : defaultRetrySeconds) };
}
