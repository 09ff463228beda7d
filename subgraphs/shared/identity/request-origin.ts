import { isIP } from 'node:net';
import { newId } from '../ids.ts';
import { type LogPosition, parseLogPosition, readAfterHeader } from './log-position.ts';
import { parseRateLimit, type RateLimit, rateLimitHeader } from './rate-limit.ts';

/** The origin of a request, in headers of the gateway. They are trusted, because only the gateway can sign identities. */
export interface RequestOrigin {
  /** Id of the request, which logs, errors and audit entries also contain. */
  readonly requestId: string;
  /** The `x-request-id` of the client; null if it sent none. */
  readonly clientRequestId: string | null;
  /** IP address of the client; null if the gateway sent none. */
  readonly clientAddress: string | null;
  /** The name that the client of a mutation gives itself, else its user agent; null if it sent none. */
  readonly clientName?: string | null;
  /** What the caller may spend; absent or null if the operation does not ask for it. */
  readonly rateLimit?: RateLimit | null;
  /** A server of the database must have replayed the log so far to answer; absent = only the primary answers. */
  readonly readAfter?: LogPosition | undefined;
}

/** Maximum length of an id in logs and audit entries. Longer ids are cut. */
const maxIdLength = 128;

/** Reads the origin from the headers of the gateway. A request without `x-request-id` gets a new id. */
export function parseRequestOrigin(headers: Readonly<Record<string, unknown>>): RequestOrigin {
  const address = readHeader(headers['x-client-address']);
  return {
    requestId: readHeader(headers['x-request-id']) ?? newId(),
    clientRequestId: readHeader(headers['x-client-request-id']),
    clientAddress: address !== null && isIP(address) !== 0 ? address : null,
    clientName: readHeader(headers['x-client-name']),
    rateLimit: parseRateLimit(headers[rateLimitHeader]),
    readAfter: parseLogPosition(headers[readAfterHeader]),
  };
}

function readHeader(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.replaceAll(/\p{Cc}/gu, '').slice(0, maxIdLength) : null;
}
