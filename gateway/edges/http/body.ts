import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readJson } from '../read-json.ts';
import { requireReadableCharset } from './charset.ts';
import { isPlain, readCompressed } from './compressed-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was received. Set for signed requests. */
    content: Buffer | undefined;
  }
}

/**
 * Parses JSON bodies, plain or compressed.
 * @param maxBytes bytes that a decompressed body may have
 */
export function readJsonBodies(app: FastifyInstance, maxBytes: number): void {
  app.removeAllContentTypeParsers();
  app.decorateRequest('content', undefined);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    requireReadableCharset(request.headers['content-type']);
    const { 'content-encoding': encoding, 'signature-input': signature } = request.headers;
    // A digest covers the bytes before they are decompressed (RFC 9530).
    if (signature !== undefined) request.content = body;
    return readJson(isPlain(encoding) ? body : await readCompressed(encoding, body, maxBytes), 'The body');
  });
}
