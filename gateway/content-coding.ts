import { promisify } from 'node:util';
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib';

/** Content codings that the gateway reads, from clients and from subgraphs (RFC 9110, section 8.4.1). */
const decoders = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const;

export type ContentCoding = keyof typeof decoders;

/** Value of `accept-encoding` that names all of them. */
export const contentCodings = Object.keys(decoders).join(', ');

/** Returns the coding in a `content-encoding` header: `identity` for an uncompressed body, undefined for a coding that is not supported. */
export function contentCodingOf(header: string | undefined): ContentCoding | 'identity' | undefined {
  const name = header?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return 'identity';
  if (name === 'x-gzip') return 'gzip';
  return Object.hasOwn(decoders, name) ? (name as ContentCoding) : undefined; // the names of `decoders`
}

/** Thrown if a decompressed body would be larger than allowed. */
export class BodyTooLarge extends Error {}

/**
 * Decompresses a body on another thread. Stops at the limit, so that a decompression bomb costs no more than a body of that size.
 * @throws BodyTooLarge, or another error for a body that is not of this coding
 */
export async function decompress(coding: ContentCoding, body: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await decoders[coding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw new BodyTooLarge();
    throw error;
  }
}
