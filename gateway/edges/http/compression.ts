import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/** Responses from this number of bytes are compressed: see docs/performance.md, P20. */
const threshold = 1_024;
/** Compressing up to this number of bytes at once costs less than a stream. Longer responses are compressed on other threads. */
const syncThreshold = 16_384;

/** Compresses responses by zstd, br or gzip for clients that accept it. Streams of events and of parts stay uncompressed. */
export async function compressResponses(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    globalDecompression: false, // `compressed-body.ts` decompresses bodies within their limit
    encodings: ['zstd', 'br', 'gzip'],
    threshold,
    syncThreshold,
  });
}
