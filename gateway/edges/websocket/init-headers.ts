import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/** Characters that HTTP allows in the value of a header (RFC 9110, section 5.5). */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Characters of all names and values together. Subgraphs accept 16 KiB of headers, and the gateway adds its own. */
const maxLength = 8_192;

const payloadOfInit = z.looseObject({}).nullish();

/**
 * Reads the values of `connection_init` as headers, because browsers can't set headers on websockets. Returns undefined if HTTP could not
 * carry them: a request to a subgraph with such a header would fail, and its failures would open the circuit breaker for everyone.
 */
export function readInitHeaders(payload: unknown): IncomingHttpHeaders | undefined {
  const given = Object.entries(payloadOfInit.safeParse(payload).data ?? {});
  const texts = given.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const length = texts.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (length > maxLength || !texts.every(([, value]) => headerValue.test(value))) return undefined;
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value]));
}
