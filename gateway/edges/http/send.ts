import type { FastifyReply } from 'fastify';
import { type Outcome, type Refused, refusedText } from '../../pipeline/outcome.ts';
import type { BatchResponse } from './batch.ts';
import { type Accepted, responseType } from './media-type.ts';
import { reads } from './reads.ts';
import { replayHeader, responseStatus, retryAfterHeader } from './response-status.ts';
import { forbidCopies, sendRevalidated } from './revalidation.ts';
import { sendParts } from './send-parts.ts';
import { once, type StreamOptions, writeStream } from './streams.ts';

/** Writes the outcome of an operation in the form that the client accepts. */
export async function send(
  reply: FastifyReply,
  outcome: Outcome,
  accepted: Accepted,
  options: StreamOptions,
): Promise<FastifyReply> {
  if (outcome.kind === 'refused') return sendRefused(reply, outcome, accepted);
  if (outcome.kind === 'stream') {
    const kind = accepted.streams[outcome.form] ?? accepted.streams.single;
    await writeStream(reply.headers(outcome.headers ?? {}), outcome.payloads, kind, options);
    return reply;
  }
  reply.headers({ ...outcome.headers, ...replayHeader(outcome) });
  if (accepted.prefersEvents || !accepted.single) {
    await writeStream(reply, once(String(outcome.body.read())), accepted.streams.single, options);
    return reply;
  }
  // Once the port is closed, a connection that stays alive would delay the end of the process.
  if (!reply.server.server.listening) reply.header('connection', 'close');
  reply.headers(retryAfterHeader(outcome)).code(responseStatus(outcome, accepted.single)).type(accepted.single);
  if (!reads(reply.request)) return sendParts(reply, outcome.body.readParts());
  if (outcome.errors.length === 0) return sendRevalidated(reply, outcome);
  forbidCopies(reply);
  return sendParts(reply, outcome.body.readParts());
}

export function sendBatch(
  reply: FastifyReply,
  { status, headers, body }: BatchResponse,
  accepted: Accepted,
): FastifyReply {
  return reply.headers(headers).code(status).type(responseType(accepted)).send(body);
}

/** @param status by default that of GraphQL over HTTP */
export function sendRefused(
  reply: FastifyReply,
  refused: Refused,
  accepted: Accepted | undefined,
  status?: number,
): FastifyReply {
  const mediaType = responseType(accepted);
  if (!reply.server.server.listening) reply.header('connection', 'close');
  if (reads(reply.request)) forbidCopies(reply);
  return reply
    .headers(refused.headers)
    .code(status ?? responseStatus(refused, mediaType))
    .type(mediaType)
    .send(refusedText(refused));
}
