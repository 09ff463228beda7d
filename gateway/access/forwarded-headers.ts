import type { IncomingHttpHeaders } from 'node:http';

export interface ForwardedHeaders {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Collects the named headers that the client sent, with a key that is equal for equal values; undefined if the client sent none of them. */
export function forwardedHeaders(headers: IncomingHttpHeaders, names: readonly string[]): ForwardedHeaders | undefined {
  let found: Record<string, string> | undefined;
  for (const name of names) {
    const value = headers[name];
    if (value === undefined) continue;
    found ??= {};
    found[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return found && { key: JSON.stringify(found), headers: found };
}
