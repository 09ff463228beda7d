import { BodyTooLarge, contentCodingOf, contentCodings, decompress } from '../../content-coding.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';

/** True for a body without compression. */
export function isPlain(contentEncoding: string | undefined): boolean {
  return contentCodingOf(contentEncoding) === 'identity';
}

/** Decompresses the body of a request. @throws RequestRefusal with status 415, 413 or 400 */
export async function readCompressed(
  contentEncoding: string | undefined,
  body: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  const coding = contentCodingOf(contentEncoding);
  if (coding === 'identity') return body;
  if (!coding) {
    const message = `The content encoding is not supported. Send the body plain or as one of: ${contentCodings}.`;
    throw new RequestRefusal('BAD_REQUEST', message, { status: 415, headers: { 'accept-encoding': contentCodings } });
  }
  try {
    return await decompress(coding, body, maxBytes);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw new RequestRefusal('BAD_REQUEST', `The body must be valid ${coding}.`);
    throw new RequestRefusal('BAD_REQUEST', 'The body is too large. Send a smaller one.', { status: 413 });
  }
}
