import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Span, Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Outcome } from '../../pipeline/outcome.ts';
import { beginRequest } from '../begin-request.ts';

/** Begins the span of an HTTP exchange, which ends with its response. */
export function traceExchange(
  tracer: Tracer,
  request: FastifyRequest,
  { raw }: FastifyReply,
  startedAt: number,
): Span | undefined {
  if (!tracer.isOn) return undefined;
  const { method, headers, routeOptions } = request;
  const path = routeOptions.url ?? '';
  const attributes = { 'http.request.method': method, 'http.route': path, 'network.protocol.name': 'http' };
  const span = beginRequest(tracer, { name: `${method} ${path}`, headers, attributes, startedAt });
  if (!span) return undefined;
  raw.once('close', () => {
    const status = raw.statusCode;
    span.set({ 'http.response.status_code': status });
    if (status >= 500) span.fail(String(status));
    span.end();
  });
  return span;
}

/** Traces the sending of a response. The span of a subscription ends here, because its stream may last for days. */
export function traceSending(span: Span | undefined, { raw }: FastifyReply, outcome: Outcome): void {
  if (!span) return;
  if (outcome.kind === 'stream' && outcome.form === 'events') {
    span.set({ 'http.response.status_code': 200 });
    span.end();
    return;
  }
  const sending = span.step('respond');
  raw.prependOnceListener('close', () => sending.end()); // before the exchange
}
