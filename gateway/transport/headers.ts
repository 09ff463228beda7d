import { formatTraceparent, traceparentKey } from '#shared/runtime/tracing/trace-context.ts';
import type { Span } from '#shared/runtime/tracing/tracer.ts';
import type { RequestScope } from '../engine/ports.ts';

/** Headers that describe a connection or a body. The gateway sets its own, so those of the client are not forwarded. */
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

/** Makes a list of names and values for undici. Made again for each request: see docs/performance.md, P2. */
export function headerList(
  { headers, headersFor, requestId }: RequestScope,
  subgraph: string,
  span: Span | undefined,
): string[] {
  const list: string[] = [...fixedHeaders];
  const own = headersFor?.(subgraph);
  for (const name of Object.keys(headers)) {
    if (!ownHeaders.has(name) && (own === undefined || own[name] === undefined)) list.push(name, headers[name]!);
  }
  for (const name in own) list.push(name, own[name]!);
  if (span) list.push(traceparentKey, formatTraceparent(span.context));
  if (headers['x-request-id'] === undefined) list.push('x-request-id', requestId);
  return list;
}
