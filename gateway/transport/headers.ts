import type { RequestScope } from '../engine/ports.ts';

/** Headers that belong to a connection or a body: forwarding a client's own would break ours. */
const ownHeaders = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const fixedHeaders = [
  ...['content-type', 'application/json'],
  ...['accept', 'application/graphql-response+json, application/json'],
] as const;

/** Names and values in turn, as undici takes them. Made anew each time: a WeakMap by scope cost more, in garbage collection. */
export function headerList({ headers, requestId }: RequestScope): string[] {
  const list: string[] = [...fixedHeaders];
  for (const name of Object.keys(headers)) if (!ownHeaders.has(name)) list.push(name, headers[name]!);
  if (headers['x-request-id'] === undefined) list.push('x-request-id', requestId);
  return list;
}
