import { formatTraceparent, recordedContext, type TraceContext } from '../runtime/tracing/trace-context.ts';

const traceKey = '$traceparent';
const contentKey = '$content';

/** Wraps a live payload together with the trace of its change. Without a trace it stays as it is. */
export function inEnvelope(payload: unknown, trace: TraceContext | undefined): unknown {
  const carriesTrace = trace && typeof payload === 'object' && payload !== null;
  return carriesTrace ? { [traceKey]: formatTraceparent(trace), [contentKey]: payload } : payload;
}

/** Takes a live payload out of its envelope, if it has one. */
export function openEnvelope(payload: unknown): {
  readonly content: unknown;
  readonly trace?: TraceContext | undefined;
} {
  if (typeof payload !== 'object' || payload === null || !(traceKey in payload) || !(contentKey in payload)) {
    return { content: payload };
  }
  return { content: payload[contentKey], trace: recordedContext(payload[traceKey]) };
}
