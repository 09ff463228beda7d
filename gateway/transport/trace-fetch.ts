import type { Span, SpanOptions } from '#shared/runtime/tracing/tracer.ts';
import type { OperationKind, RequestScope } from '../engine/ports.ts';
import type { RequestOutcome } from './observer.ts';

/** The span of the client's request. The engine passes it on without knowing it. */
export function spanOf({ span }: RequestScope): Span | undefined {
  return span as Span | undefined; // set by the pipeline and by streams
}

export function fetchOptions(subgraph: string, kind: OperationKind): SpanOptions {
  return { kind: 'client', attributes: { 'server.address': subgraph, 'graphql.operation.type': kind } };
}

export function endFetch(span: Span, outcome: RequestOutcome, retries: number): void {
  if (retries > 0) span.set({ 'http.request.resend_count': retries });
  if (outcome !== 'ok') span.fail(outcome);
  span.end();
}

/** Traces a request that waits for an equal one in flight. Its span refers to that one, which may belong to another trace. */
export function traceShared(
  parent: Span | undefined,
  { span: other }: { readonly span: Span | undefined },
  subgraph: string,
  response: Promise<unknown>,
): void {
  const span = parent?.step(`fetch ${subgraph}`, {
    ...fetchOptions(subgraph, 'query'),
    ...(other && { links: [other.context] }),
  });
  if (!span) return;
  span.set({ 'freight.fetch.is_shared': true });
  const end = () => span.end();
  response.then(end, end);
}
