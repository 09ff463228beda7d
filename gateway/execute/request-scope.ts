import type { BaseContext } from '@apollo/server';
import type { ClientRequest } from '../client-request.ts';
import type { RequestScope } from '../engine/ports.ts';

/** What Apollo Server carries along as its context value. */
export interface GatewayContext extends BaseContext {
  readonly request: ClientRequest;
}

/** W3C trace context: version, trace id, span id, flags. */
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What calls to subgraphs carry of the client's request. */
export function createRequestScope(request: ClientRequest, requestTimeoutMs: number): RequestScope {
  const { caller, id, signal, startedAt, headers: incoming } = request;
  if (!caller) throw new Error('requests are authenticated before they are executed');
  const headers: Record<string, string> = { 'x-request-id': id };
  for (const name in caller.headers) headers[name] = caller.headers[name]!;
  const { traceparent, tracestate } = incoming;
  if (typeof traceparent === 'string' && traceparentPattern.test(traceparent)) {
    headers['traceparent'] = traceparent;
    if (typeof tracestate === 'string') headers['tracestate'] = tracestate;
  }
  return { requestId: id, identityKey: caller.key, headers, signal, deadline: startedAt + requestTimeoutMs };
}
