import Negotiator from 'negotiator';

/** Content codings of responses, in our order of preference. */
const offered: readonly string[] = ['zstd', 'br', 'gzip', 'identity'];

/** Negotiator's documented option for equal qualities, which its types lack. */
interface CodingNegotiator {
  encoding(available: readonly string[], options: { readonly preferred: readonly string[] }): string | undefined;
}

/**
 * Returns the content coding that a client prefers by its `accept-encoding` header (RFC 9110, section 12.5.3); `identity` means no compression.
 * A client that excludes every coding gets no compression, as the RFC recommends.
 */
export function acceptedCoding(header: string): string {
  const names = header.replace(/x-gzip/gi, 'gzip'); // two names of one coding (RFC 9110, section 8.4.1.3)
  const negotiator: CodingNegotiator = new Negotiator({ headers: { 'accept-encoding': names } });
  return negotiator.encoding(offered, { preferred: offered }) ?? 'identity';
}
