import type { FastifyReply } from 'fastify';
import type { Cancellation } from '../../pipeline/cancellation.ts';
import { framings } from './framings.ts';
import type { StreamKind } from './media-type.ts';

export interface StreamWriterOptions {
  /** Of the request whose response this is. */
  readonly cancellation: Cancellation;
  /** Milliseconds after which a client that takes nothing of what waits for it is disconnected. */
  readonly stallMs: number;
}

/** Writes a response in pieces, no faster than its client reads. Sends keep-alives meanwhile. */
export class StreamWriter {
  readonly #raw: FastifyReply['raw'];
  readonly #cancellation: Cancellation;
  readonly #keepAlive: NodeJS.Timeout | undefined;
  /** Resolves when the last text has been written. */
  #turn: Promise<void> = Promise.resolve();
  #resume: (() => void) | undefined;

  /** Takes the response over from Fastify and sends its head. */
  constructor(reply: FastifyReply, kind: StreamKind, { cancellation, stallMs }: StreamWriterOptions) {
    const { contentType, keepAlive } = framings[kind];
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    const { raw } = reply;
    this.#raw = raw;
    this.#cancellation = cancellation;
    raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    raw.flushHeaders();
    // Node calls it when nothing has been written or taken for that time.
    raw.setTimeout(stallMs, () => {
      if (raw.writableLength > 0) raw.destroy();
    });
    this.#keepAlive =
      keepAlive &&
      setInterval(() => {
        if (raw.writableLength === 0) raw.write(keepAlive.text);
      }, keepAlive.everyMs).unref();
    raw.on('drain', () => this.#resume?.());
    cancellation.onCancel(() => {
      clearInterval(this.#keepAlive);
      this.#resume?.();
    });
  }

  /**
   * Writes a text after those that already wait. Resolves when the client can take more, or has disconnected.
   * @param operation its text is not written once it is cancelled
   */
  write(text: string, operation: Cancellation = this.#cancellation): Promise<void> {
    this.#turn = this.#turn.then(() => {
      if (operation.isCancelled || this.#cancellation.isCancelled || this.#raw.writableEnded) return undefined;
      if (this.#raw.write(text)) return undefined;
      return new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
    });
    return this.#turn;
  }

  /** Ends the response. @param text the last one */
  end(text = ''): void {
    clearInterval(this.#keepAlive);
    this.#raw.end(text);
  }
}
