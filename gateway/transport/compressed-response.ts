import { BodyTooLarge, contentCodingOf, decompress } from '../content-coding.ts';
import type { EndpointLimits } from './config.ts';
import { type FailedAttempt, malformed } from './failures.ts';
import type { RawResponse } from './read-response.ts';
import { ResponseBytes } from './response-bytes.ts';

interface Endpoint {
  readonly name: string;
  readonly limits: Pick<EndpointLimits, 'maxResponseBytes'>;
}

/** The response without its content coding. Never rejects. */
export async function decompressResponse(
  endpoint: Endpoint,
  response: RawResponse,
): Promise<RawResponse | FailedAttempt> {
  const { name, limits } = endpoint;
  const coding = contentCodingOf(response.contentEncoding);
  if (coding === 'identity') return response;
  if (!coding)
    return unread(response, malformed(name, "A subgraph's response is compressed in a way that nobody asked for."));
  try {
    const bytes = new ResponseBytes();
    bytes.add(await decompress(coding, response.bytes.whole(), limits.maxResponseBytes));
    return { ...response, bytes };
  } catch (error) {
    const message =
      error instanceof BodyTooLarge
        ? "A subgraph's response is too large."
        : "A subgraph's response is compressed wrongly.";
    return unread(response, malformed(name, message, error));
  }
}

/** Where the status says that the subgraph failed, what is in the body matters less. */
function unread(response: RawResponse, failed: FailedAttempt): RawResponse | FailedAttempt {
  return response.status < 300 ? failed : { ...response, contentType: undefined };
}
