import { OperationTypeNode } from 'graphql';
import { rateLimitHeader, rateLimitText } from '#shared/identity/rate-limit.ts';
import { clientText } from '../access/clients/client-name.ts';
import { timeLimitOf } from '../access/documents/time-limit.ts';
import type { RequestScope } from '../engine/ports.ts';
import { isRepeatable } from './repeatable.ts';
import type { Checked } from './stages.ts';

/** W3C trace context: version, trace id, span id, flags. */
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Characters of a trace state that are forwarded: the number that every system must pass on. A longer one is dropped. */
const maxTracestate = 512;

/** Makes the scope of a client's request: what each of its calls to subgraphs carries along. */
export function createRequestScope(checked: Checked, signal: AbortSignal, requestTimeoutMs: number): RequestScope {
  const { caller, id, clientRequestId, address, startedAt, headers: incoming } = checked;
  const { explanation, rateLimit } = checked;
  const headers: Record<string, string> = { 'x-request-id': id, 'x-client-address': address };
  if (clientRequestId !== undefined) headers['x-client-request-id'] = clientRequestId;
  if (checked.operation.operation === OperationTypeNode.MUTATION) {
    const name = clientText(incoming);
    if (name !== undefined) headers['x-client-name'] = name; // for the session that signing in begins
  }
  for (const name in caller.headers) headers[name] = caller.headers[name]!;
  const { traceparent, tracestate } = incoming;
  if (typeof traceparent === 'string' && traceparentPattern.test(traceparent)) {
    headers['traceparent'] = traceparent;
    if (typeof tracestate === 'string' && tracestate.length <= maxTracestate) headers['tracestate'] = tracestate;
  }
  if (rateLimit) headers[rateLimitHeader] = rateLimitText(rateLimit);
  const { timeoutMs, contractMs } = timeLimitOf(checked.contract, requestTimeoutMs);
  const scope: RequestScope = {
    requestId: id,
    // The rate limit differs from request to request, so that requests with it share no fetch.
    identityKey: rateLimit ? `${caller.key}\nrate limit ${id}` : caller.key,
    headers,
    ...(caller.headersFor && { headersFor: caller.headersFor }),
    signal,
    deadline: startedAt + timeoutMs,
    ...(contractMs !== undefined && { contractMs }),
    unrepeatable: !isRepeatable(checked),
    onError: checked.onError,
  };
  return explanation ? explanation.observe(scope) : scope;
}
