import type { FastifyRequest } from 'fastify';
import { newId } from '#shared/ids.ts';
import type { HttpMessage } from '../../access/signatures/http-message.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { type Outcome, type Refused, type Responded, refusedText } from '../../pipeline/outcome.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Entered } from '../../pipeline/stages.ts';
import { givenKey, idempotencyKeyHeader } from '../given-key.ts';
import { type Accepted, responseType } from './media-type.ts';
import { parseOperation } from './read-operation.ts';
import { clientRequestId } from './request-id.ts';
import { responseStatus, retryAfterHeader } from './response-status.ts';

export interface Batch {
  readonly operations: readonly unknown[];
  /** The request as the pipeline has admitted it. It counts for the first operation. */
  readonly entered: Entered;
  readonly message: HttpMessage;
}

export interface BatchResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Returns the operations of a body that is a list, and undefined for any other body. @throws RequestRefusal BAD_REQUEST */
export function readBatch(
  { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
  limit: number,
): readonly unknown[] | undefined {
  if (!Array.isArray(body)) return undefined;
  if (limit === 0) throw badRequest('Batches of operations are not supported. Send one operation per request.');
  if (headers[idempotencyKeyHeader] !== undefined) {
    throw badRequest('A batch has no idempotency key. Send one as "extensions.idempotencyKey" of each mutation.');
  }
  if (body.length === 0) throw badRequest('The batch is empty. Send at least one operation.');
  if (body.length > limit) {
    throw badRequest(`The batch has ${body.length} operations; ${limit} are allowed. Send several smaller ones.`);
  }
  return body;
}

/**
 * Runs the operations of a batch at the same time. Each passes the pipeline by itself and counts as a request of its client. The response has an
 * entry for each operation, refused ones included. If every operation is refused, the status is that of the first refusal.
 */
export async function runBatch(
  pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>,
  batch: Batch,
  accepted: Accepted,
): Promise<BatchResponse> {
  const outcomes = await Promise.all(batch.operations.map((_, index) => runOperation(pipeline, batch, index)));
  const mediaType = responseType(accepted);
  const [first] = outcomes;
  const status = first && outcomes.every(isRefused) ? responseStatus(first, mediaType) : 200;
  const headers = Object.assign({}, ...outcomes.map(headersOf).toSorted(byRetryAfter));
  return { status, headers, body: `[${outcomes.map(textOf).join(',')}]` };
}

type SingleOutcome = Refused | Responded;

async function runOperation(
  pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>,
  { operations, entered: first, message }: Batch,
  index: number,
): Promise<SingleOutcome> {
  const { address, cancellation, span } = first;
  const { headers } = message;
  const arrived = index === 0 ? first : { id: newId(), startedAt: performance.now(), address, cancellation, span };
  try {
    const entered = index === 0 ? first : await pipeline.enter(arrived);
    const operation = parseOperation(operations[index]);
    const outcome: Outcome = await pipeline.run({
      ...entered,
      clientRequestId: clientRequestId(headers['x-request-id']),
      headers,
      message,
      ...operation,
      idempotencyKey: givenKey(operation.extensions),
      readOnly: false,
      accepts: { events: false, parts: undefined },
      holdsConnection: false,
    });
    if (outcome.kind === 'stream') throw new Error('an operation of a batch accepts no stream');
    return outcome;
  } catch (error) {
    return pipeline.refuse(error, arrived);
  }
}

function isRefused(outcome: SingleOutcome): outcome is Refused {
  return outcome.kind === 'refused';
}

function headersOf(outcome: SingleOutcome): Readonly<Record<string, string>> {
  return isRefused(outcome) ? outcome.headers : { ...outcome.headers, ...retryAfterHeader(outcome) };
}

/** Sorts the longest wait last, so that it overwrites the others. */
function byRetryAfter(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): number {
  return Number(one['retry-after'] ?? 0) - Number(other['retry-after'] ?? 0);
}

function textOf(outcome: SingleOutcome): string {
  return isRefused(outcome) ? refusedText(outcome) : String(outcome.body.read());
}

function badRequest(message: string): RequestRefusal {
  return new RequestRefusal('BAD_REQUEST', message);
}
