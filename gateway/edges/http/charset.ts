import { RequestRefusal } from '../../errors/request-refusal.ts';
import { readRanges } from './media-ranges.ts';

/** UTF-8, under the names that clients use, and its part with one byte for each character. */
const readable = new Set(['utf-8', 'utf8', 'us-ascii']);

/** JSON is UTF-8 (RFC 8259). A body that claims another charset would be read wrongly. @throws RequestRefusal with status 415 */
export function requireReadableCharset(contentType: string | undefined): void {
  const [type] = readRanges(contentType ?? '');
  const charset = type?.parameters.get('charset');
  if (charset === undefined || readable.has(charset.toLowerCase())) return;
  const message = 'The charset of the body is not supported. Send the body as UTF-8.';
  throw new RequestRefusal('BAD_REQUEST', message, { status: 415 });
}
