import { isIP } from 'node:net';
import { newId } from '../ids.ts';

/** Where a request comes from, as the gateway says. Only the gateway can reach a subgraph with a signed identity. */
export interface RequestOrigin {
  /** The gateway's id of the request: the same in its logs, in errors and in audit entries. */
  readonly requestId: string;
  /** The client's own `x-request-id`; null where it sent none. */
  readonly clientRequestId: string | null;
  /** IP address of the client; null where the gateway did not say. */
  readonly clientAddress: string | null;
}

/** Characters kept of an id: it stands in logs and audit entries. */
const longestId = 128;

/** Reads the origin from the headers of the gateway. A request without `x-request-id` gets a new id. */
export function requestOriginOf(headers: Readonly<Record<string, unknown>>): RequestOrigin {
  const address = textOf(headers['x-client-address']);
  return {
    requestId: textOf(headers['x-request-id']) ?? newId(),
    clientRequestId: textOf(headers['x-client-request-id']),
    clientAddress: address !== null && isIP(address) !== 0 ? address : null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.replaceAll(/\p{Cc}/gu, '').slice(0, longestId) : null;
}
