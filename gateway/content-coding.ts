import { promisify } from 'node:util';
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib';

/** Compressed forms of a body that the gateway reads, from clients and from subgraphs (RFC 9110, section 8.4.1). */
const decoders = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const;

export type ContentCoding = keyof typeof decoders;

/** As the value of `accept-encoding`. */
export const contentCodings = Object.keys(decoders).join(', ');

/** The coding that a `content-encoding` header names; `identity` for a body as it is, undefined for all that is not read. */
export function contentCodingOf(header: string | undefined): ContentCoding | 'identity' | undefined {
  const name = header?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return 'identity';
  if (name === 'x-gzip') return 'gzip';
  return Object.hasOwn(decoders, name) ? (name as ContentCoding) : undefined;
}

/** The body is larger than allowed once it is decompressed. */
export class BodyTooLarge extends Error {}

/**
 * Decompresses on a thread of its own and stops at the limit, so that a small body which would become a huge one costs no more than one of that size.
 * @throws BodyTooLarge, or another error for a body that is not of this coding
 */
export async function decompress(coding: ContentCoding, body: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await decoders[coding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new BodyTooLarge();
    throw error;
  }
}
