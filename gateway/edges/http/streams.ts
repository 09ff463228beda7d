import type { FastifyReply } from 'fastify';
import type { Streaming, StreamPayload } from '../../pipeline/outcome.ts';
import { type Framing, framings } from './framings.ts';
import type { StreamKind } from './media-type.ts';
import { StreamWriter, type StreamWriterOptions } from './stream-writer.ts';

export interface StreamOptions extends StreamWriterOptions {
  /** True if streams end because the gateway stops. */
  readonly isClosing: () => boolean;
}

/** Writes payloads as they arrive, until they end or the client disconnects. */
export async function writeStream(
  reply: FastifyReply,
  payloads: Streaming['payloads'],
  kind: StreamKind,
  { isClosing, ...options }: StreamOptions,
): Promise<void> {
  const framing = framings[kind];
  const writer = new StreamWriter(reply, kind, options);
  try {
    if (framing.start !== '') void writer.write(framing.start);
    for await (const payload of payloads) {
      await writer.write(frame(framing, payload));
      if (options.cancellation.isCancelled) break;
    }
    // Omits the end on shutdown, so that clients reconnect.
    writer.end(isClosing() ? '' : framing.end);
  } catch (error) {
    writer.end();
    throw error;
  }
}

function frame(framing: Framing, payload: StreamPayload): string {
  return typeof payload === 'string' ? framing.frame(payload) : framing.frameFailure(payload);
}

/** A stream of one payload. */
export async function* once(payload: string): AsyncGenerator<string> {
  yield payload;
}
