import type { IncomingHttpHeaders } from 'node:http';

export interface ForwardedHeaders {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Those of the named headers that the client sent, and a text that is equal for equal values; undefined when there is none. */
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
