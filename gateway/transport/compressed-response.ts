import { BodyTooLarge, contentCodingOf, decompress } from '../content-coding.ts';
import type { EndpointLimits } from './config.ts';
import { type FailedAttempt, malformed } from './failures.ts';
import type { RawResponse } from './read-response.ts';
import { ResponseBytes } from './response-bytes.ts';

interface Endpoint {
  readonly name: string;
  readonly limits: Pick<EndpointLimits, 'maxResponseBytes'>;
}

/** Decompresses a response. Never rejects. */
export async function decompressResponse(
  endpoint: Endpoint,
  response: RawResponse,
): Promise<RawResponse | FailedAttempt> {
  const { name, limits } = endpoint;
  const coding = contentCodingOf(response.contentEncoding);
  if (coding === 'identity') return response;
  if (!coding)
    return unread(
      response,
      malformed(name, "A subgraph's response has a content encoding that the gateway does not accept."),
    );
  try {
    const bytes = new ResponseBytes();
    bytes.add(await decompress(coding, response.bytes.whole(), limits.maxResponseBytes));
    return { ...response, bytes };
  } catch (error) {
    const message =
      error instanceof BodyTooLarge
        ? "A subgraph's response is too large."
        : "A subgraph's response can't be decompressed.";
    return unread(response, malformed(name, message, error));
  }
}

/** Keeps the status of a response with an error status, and drops its unreadable body. */
function unread(response: RawResponse, failed: FailedAttempt): RawResponse | FailedAttempt {
  return response.status < 300 ? failed : { ...response, contentType: undefined };
}
