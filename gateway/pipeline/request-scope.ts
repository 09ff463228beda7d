import { OperationTypeNode } from 'graphql';
import { readAfterHeader, startOfLog } from '#shared/identity/log-position.ts';
import { rateLimitHeader, rateLimitText } from '#shared/identity/rate-limit.ts';
import { currentSpan } from '#shared/runtime/tracing/current-work.ts';
import { clientText } from '../access/clients/client-name.ts';
import { timeLimitOf } from '../access/documents/time-limit.ts';
import type { GatewayConfig } from '../config.ts';
import type { RequestScope } from '../engine/ports.ts';
import { isRepeatable } from './repeatable.ts';
import type { Checked } from './stages.ts';
import { traceHeaders } from './trace-headers.ts';

export type ScopeOptions = Pick<GatewayConfig, 'requestTimeoutMs' | 'tracing'>;

/** Makes the scope of a client's request: what each of its calls to subgraphs carries along. */
export function createRequestScope(
  checked: Checked,
  signal: AbortSignal,
  { requestTimeoutMs, tracing }: ScopeOptions,
): RequestScope {
  const { caller, id, clientRequestId, address, startedAt, headers: incoming } = checked;
  const { explanation, rateLimit, readAfter, writes } = checked;
  const headers: Record<string, string> = { 'x-request-id': id, 'x-client-address': address };
  if (clientRequestId !== undefined) headers['x-client-request-id'] = clientRequestId;
  if (checked.operation.operation === OperationTypeNode.MUTATION) {
    const name = clientText(incoming);
    if (name !== undefined) headers['x-client-name'] = name; // for the session that signing in begins
  }
  for (const name in caller.headers) headers[name] = caller.headers[name]!;
  const span = currentSpan();
  Object.assign(headers, traceHeaders(incoming, span ? 'this' : tracing ? 'others' : 'none'));
  if (rateLimit) headers[rateLimitHeader] = rateLimitText(rateLimit);
  if (readAfter !== undefined) headers[readAfterHeader] = readAfter;
  const { timeoutMs, contractMs } = timeLimitOf(checked.contract, requestTimeoutMs);
  const scope: RequestScope = {
    requestId: id,
    // The rate limit differs from request to request, so that requests with it share no fetch.
    identityKey: [
      caller.key,
      ...(rateLimit ? [`rate limit ${id}`] : []),
      // A fetch from before the caller's latest write must not answer one after it.
      ...(readAfter !== undefined && readAfter !== startOfLog ? [`read after ${readAfter}`] : []),
    ].join('\n'),
    headers,
    ...(caller.headersFor && { headersFor: caller.headersFor }),
    signal,
    ...(span && { span }),
    deadline: startedAt + timeoutMs,
    ...(contractMs !== undefined && { contractMs }),
    unrepeatable: !isRepeatable(checked),
    onError: checked.onError,
    ...(writes && { onWritten: writes.onWritten }),
  };
  return explanation ? explanation.observe(scope) : scope;
}
