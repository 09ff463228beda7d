import type { ErrorCode } from './errors.ts';

/** The error code for clients while the database or Redis cannot serve a request. */
export type Outage = Extract<ErrorCode, 'SERVICE_UNAVAILABLE' | 'GATEWAY_TIMEOUT'>;

/** The connection was lost or could not be opened. Whether its last statement took effect is unknown. */
const lostConnection: readonly RegExp[] = [
  /^E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|HOSTDOWN|NETUNREACH)$/,
  /^08...$/, // connection exceptions
  /^57P0[1-5]$/, // shut down, crashed, starting up, dropped, idle for too long
];

/** SQLSTATE codes of a database that refuses work for a temporary reason. */
const refusedForNow: readonly RegExp[] = [
  /^28...$/, // the role or its password is not accepted, for example while they change
  /^3D000$/, // the database does not exist yet
  /^53...$/, // out of disk, memory or connections
  /^58030$/, // input or output error
  /^25006$/, // read only, such as a standby after a failover
  /^40(001|P01)$/, // serialization failure, deadlock
];

const tookTooLong: readonly RegExp[] = [
  /^57014$/, // statement timeout
  /^55P03$/, // lock timeout
  /^25P0[34]$/, // transaction timeouts
];

// Errors that `pg` and ioredis throw without a code, and those of PostgreSQL of which pg-boss passes on the text only.
const lostConnectionTexts =
  /^(terminating connection|Connection terminated|Client has encountered a connection error|Client was closed|Connection is closed|timeout exceeded when trying to connect|Stream isn't writeable|Reached the max retries per request limit|(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY|OOM) )/;
const refusedTexts =
  /^(the database system is|sorry, too many clients|remaining connection slots|deadlock detected|could not (serialize|extend|write)|cannot execute .* in a read-only transaction)/;
const tookTooLongTexts = /^(Query read timeout|Command timed out|canceling statement due to)/;

/** The outage that an error of a driver indicates, if any. Also checks the errors that libraries wrapped. */
export function findOutage(error: unknown): Outage | undefined {
  if (isLostConnection(error)) return 'SERVICE_UNAVAILABLE';
  for (const inner of withCauses(error)) {
    const code = codeOf(inner);
    if (matches(refusedForNow, code) || refusedTexts.test(inner.message)) return 'SERVICE_UNAVAILABLE';
    if (matches(tookTooLong, code) || tookTooLongTexts.test(inner.message)) return 'GATEWAY_TIMEOUT';
  }
  return undefined;
}

export function isLostConnection(error: unknown): boolean {
  return withCauses(error).some(
    (inner) => matches(lostConnection, codeOf(inner)) || lostConnectionTexts.test(inner.message),
  );
}

function matches(patterns: readonly RegExp[], code: string): boolean {
  return patterns.some((pattern) => pattern.test(code));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const maxDepth = 8;

/**
 * An error, its causes, and the errors of an AggregateError, outermost first. Those of a host with several addresses are errors. Those of an
 * event that pg-boss could not put into several queues are texts: the name of the queue and a message.
 */
function withCauses(error: unknown, depth = 0): readonly Error[] {
  if (depth > maxDepth) return [];
  if (typeof error === 'string' && depth > 0) return [new Error(error.replace(/^[\w-]+: /, ''))];
  if (!Error.isError(error)) return [];
  const inner: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [error, ...[error.cause, ...inner].flatMap((cause) => withCauses(cause, depth + 1))];
}
