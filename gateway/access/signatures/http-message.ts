import type { IncomingHttpHeaders } from 'node:http';

/** The parts of an HTTP request that a signature can cover. */
export interface HttpMessage {
  readonly method: string;
  /** Of the URL, without the query string. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as it was received. Present in a request with the header `signature-input`. */
  readonly content: Buffer | undefined;
}
