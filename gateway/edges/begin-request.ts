import type { IncomingHttpHeaders } from 'node:http';
import { parseTraceparent, traceparentKey } from '#shared/runtime/tracing/trace-context.ts';
import type { Span, SpanAttributes, Tracer } from '#shared/runtime/tracing/tracer.ts';

/** A request that an edge has received. */
export interface TracedRequest {
  readonly name: string;
  /** With the client's trace. */
  readonly headers: IncomingHttpHeaders;
  /** Of the operation; a client of a websocket has no headers of its own for each operation, and names its trace here. */
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
  readonly attributes: SpanAttributes;
  /** `performance.now()` milliseconds. */
  readonly startedAt: number;
}

/** Begins the trace of a request, or continues that of its client. Undefined if the trace is not recorded. */
export function beginRequest(
  tracer: Tracer,
  { name, headers, extensions, attributes, startedAt }: TracedRequest,
): Span | undefined {
  if (!tracer.isOn) return undefined;
  const client = parseTraceparent(extensions?.[traceparentKey] ?? headers[traceparentKey]);
  return tracer.begin(name, client, { kind: 'server', attributes, startedAt });
}
