import type { FastifyRequest } from 'fastify';
import type { HttpMessage } from '../../access/signatures/http-message.ts';
import type { Entered, Received } from '../../pipeline/stages.ts';
import { givenKey, idempotencyKeyHeader } from '../given-key.ts';
import { type Accepted, readAccept } from './media-type.ts';
import { readOperation } from './read-operation.ts';
import { reads } from './reads.ts';
import { clientRequestId } from './request-id.ts';

/** Reads what the client accepts, for a refusal; undefined if its `accept` header is invalid. */
export function acceptedBy({ headers }: FastifyRequest): Accepted | undefined {
  try {
    return readAccept(headers.accept);
  } catch {
    return undefined;
  }
}

/** The request as a message that a signature can cover. */
export function messageOf({ method, url, headers, content }: FastifyRequest): HttpMessage {
  const [path = ''] = url.split('?', 1);
  return { method, path, headers, content };
}

export function receive(request: FastifyRequest, entered: Entered, accepted: Pick<Accepted, 'forms'>): Received {
  const { headers } = request;
  const operation = readOperation(request);
  return {
    ...entered,
    clientRequestId: clientRequestId(headers['x-request-id']),
    headers,
    message: messageOf(request),
    ...operation,
    idempotencyKey: givenKey(operation.extensions, headers[idempotencyKeyHeader]),
    readOnly: reads(request),
    // The response to HEAD has no body that could come in parts.
    accepts: request.method === 'HEAD' ? { events: false, parts: undefined } : accepted.forms,
    holdsConnection: true,
  };
}
