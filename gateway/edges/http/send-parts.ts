import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type BodyParts, endOf, joinParts } from '../../pipeline/response-body.ts';

/** Copying fewer bytes costs less than a stream. */
const minBytes = 16_000;

/** Sends a body. Many readers of one large response get its bytes without a copy for each of them, which would take memory until each has been sent. */
export function sendParts(reply: FastifyReply, parts: BodyParts): FastifyReply {
  const { shared, extensions, hasReaders } = parts;
  if (!hasReaders || extensions === undefined || typeof shared === 'string' || shared.length < minBytes) {
    return reply.send(joinParts(parts));
  }
  const chunks = [shared.subarray(0, -1), Buffer.from(endOf(extensions))];
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return reply.header('content-length', length).send(Readable.from(chunks, { objectMode: false }));
}
