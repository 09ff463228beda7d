import type { Dispatcher } from 'undici';
import { cutOff, type FailedAttempt, malformed, unreachable } from './failures.ts';
import type { RawResponse } from './read-response.ts';
import { ResponseBytes } from './response-bytes.ts';

export interface ExchangeListener {
  onResponse(response: RawResponse): void;
  onResult(status: number, result: object): void;
  onFailedAttempt(failed: FailedAttempt): void;
}

/** The request of an exchange. */
interface Cancellable {
  abort(reason: Error): void;
}

/**
 * One HTTP exchange: a dispatch handler of undici without streams. See docs/performance.md, P15.
 * It calls its listener exactly once, or never after `abort`.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  wasCompressed = false;
  readonly #subgraph: string;
  readonly #maxBytes: number;
  #listener: ExchangeListener | undefined;
  #controller: Cancellable | undefined;
  #status = 0;
  #contentType: string | undefined;
  #contentEncoding: string | undefined;
  #retryAfter: string | undefined;
  #bytes = new ResponseBytes();

  constructor(subgraph: string, maxBytes: number, listener: ExchangeListener) {
    this.#subgraph = subgraph;
    this.#maxBytes = maxBytes;
    this.#listener = listener;
  }

  /** Ends the exchange and its connection, because the rest of the response would still arrive on it. */
  abort(): void {
    this.#listener = undefined;
    this.#controller?.abort(new Error('the request was cancelled'));
  }

  /** True if the request may have reached the subgraph. */
  get wasSent(): boolean {
    return this.#controller !== undefined;
  }

  /** Called when there is a connection, before the request is written to it. */
  onRequestStart(controller: Cancellable): void {
    this.#controller = controller;
    if (!this.#listener) controller.abort(new Error('the request was cancelled'));
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#contentType = single(headers['content-type']);
    this.#contentEncoding = single(headers['content-encoding']);
    this.#retryAfter = single(headers['retry-after']);
    if (Number(headers['content-length']) > this.#maxBytes) this.#refuseLength();
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#bytes.length + chunk.length > this.#maxBytes) this.#refuseLength();
    else this.#bytes.add(chunk);
  }

  onResponseEnd(): void {
    this.#take()?.onResponse({
      status: this.#status,
      contentType: this.#contentType,
      contentEncoding: this.#contentEncoding,
      retryAfterSeconds: parseRetryAfter(this.#retryAfter),
      bytes: this.#takeBytes(),
    });
  }

  /** A response from this process, whose values are as in JSON. */
  onResult(status: number, result: object): void {
    this.#take()?.onResult(status, result);
  }

  onResponseError(_: unknown, error: Error): void {
    const listener = this.#take();
    if (!listener) return;
    const failed =
      this.#status === 0 ? unreachable(this.#subgraph, error, this.wasSent) : cutOff(this.#subgraph, error);
    listener.onFailedAttempt(failed);
  }

  #refuseLength(): void {
    const listener = this.#take();
    this.abort();
    listener?.onFailedAttempt(malformed(this.#subgraph, "A subgraph's response is too large."));
  }

  #take(): ExchangeListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }

  /** Releases the bytes: see docs/performance.md, P1. */
  #takeBytes(): ResponseBytes {
    const bytes = this.#bytes;
    this.#bytes = new ResponseBytes();
    return bytes;
  }
}

type IncomingHeaders = Record<string, string | string[] | undefined>;

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Reads the seconds of a `Retry-After` header. Its date form is ignored, because the clocks may differ. */
function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
