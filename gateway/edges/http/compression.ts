import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import { acceptedCoding } from './accepted-coding.ts';
import { addVary } from './vary.ts';

/** Responses from this number of bytes are compressed: see docs/performance.md, P20. */
const threshold = 1_024;
/** Compressing up to this number of bytes at once costs less than a stream. Longer responses are compressed on other threads. */
const syncThreshold = 16_384;

/** Compresses responses by zstd, br or gzip for clients that accept it. Streams of events and of parts stay uncompressed. */
export async function compressResponses(app: FastifyInstance): Promise<void> {
  // Runs before the plugin's own hook. The plugin ignores qualities, so it gets the one coding that the client prefers.
  app.addHook('onSend', ({ headers }, reply, payload, done) => {
    if (isCompressible(payload)) {
      addVary(reply, 'accept-encoding');
      const accepted = headers['accept-encoding'];
      if (accepted !== undefined) headers['accept-encoding'] = acceptedCoding(accepted);
    }
    done();
  });
  await app.register(compress, {
    globalDecompression: false, // `compressed-body.ts` decompresses bodies within their limit
    encodings: ['zstd', 'br', 'gzip'],
    threshold,
    syncThreshold,
  });
}

/** True for a stream, and for a text or bytes from the threshold. */
function isCompressible(payload: unknown): boolean {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return Buffer.byteLength(payload) >= threshold;
  return payload !== null && payload !== undefined;
}
