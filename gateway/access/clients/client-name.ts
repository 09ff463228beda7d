import type { IncomingHttpHeaders } from 'node:http';

const nameHeaders = ['apollographql-client-name', 'graphql-client-name', 'x-graphql-client-name'];

const maxLength = 100;

/** The name that the client gives itself, for reports only. */
export function clientName(headers: IncomingHttpHeaders): string {
  return givenName(headers)?.slice(0, maxLength) ?? 'unnamed';
}

/** The name that the client gives itself, else its user agent, in printable characters; undefined if it sends neither. */
export function clientText(headers: IncomingHttpHeaders): string | undefined {
  const text = (givenName(headers) ?? headers['user-agent'])?.replaceAll(/[^\x20-\x7e]/g, '').trim();
  return text?.slice(0, maxLength) || undefined;
}

function givenName(headers: IncomingHttpHeaders): string | undefined {
  for (const header of nameHeaders) {
    const name = headers[header];
    if (typeof name === 'string' && name !== '') return name;
  }
  return undefined;
}
