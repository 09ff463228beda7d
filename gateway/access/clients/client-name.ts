import type { IncomingHttpHeaders } from 'node:http';

const nameHeaders = ['apollographql-client-name', 'graphql-client-name', 'x-graphql-client-name'];

/** The name that the client gives itself, for reports only. */
export function clientName(headers: IncomingHttpHeaders): string {
  for (const header of nameHeaders) {
    const name = headers[header];
    if (typeof name === 'string' && name !== '') return name.slice(0, 100);
  }
  return 'unnamed';
}
