import type { IncomingHttpHeaders } from 'node:http';
import { RequestRefusal } from '../errors/request-refusal.ts';

/** Characters of all forwarded values together. Subgraphs accept 16 KiB of headers, and the gateway adds its own. */
const maxLength = 8_192;

export interface ForwardedHeaders {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Collects the named headers that the client sent, with a key that is equal for equal values; undefined if the client sent none of them. @throws RequestRefusal BAD_REQUEST if they are too long for a subgraph */
export function forwardedHeaders(headers: IncomingHttpHeaders, names: readonly string[]): ForwardedHeaders | undefined {
  let found: Record<string, string> | undefined;
  for (const name of names) {
    const value = headers[name];
    if (value === undefined) continue;
    found ??= {};
    found[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  if (!found) return undefined;
  const length = Object.values(found).reduce((sum, value) => sum + value.length, 0);
  if (length > maxLength) {
    throw new RequestRefusal(
      'BAD_REQUEST',
      `The headers ${Object.keys(found).join(', ')} are too long. Send shorter ones.`,
    );
  }
  return { key: JSON.stringify(found), headers: found };
}
