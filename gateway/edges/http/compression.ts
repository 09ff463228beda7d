import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/**
 * Bytes from which a response is compressed: below, it fits into one TCP segment anyway, and compressing takes about 20 µs however short it is
 * (`bench/compression`).
 */
const threshold = 1_024;
/** Bytes up to which compressing on the spot costs less than a stream; longer responses are compressed on other threads. */
const syncThreshold = 16_384;

/** Compresses responses for clients that accept it, by zstd, br or gzip. Streams of events and parts are sent as they are. */
export async function compressResponses(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    globalDecompression: false, // bodies are decompressed within their limit by `compressed-body.ts`
    encodings: ['zstd', 'br', 'gzip'],
    threshold,
    syncThreshold,
  });
}
