import { formatTraceparent, recordedContext, type TraceContext } from '../runtime/tracing/trace-context.ts';

/** A further property of a payload, which processes that do not know it ignore. */
const traceKey = '$traceparent';

/** Adds the trace of a change to its live payload. Only objects carry one. */
export function withTrace(payload: unknown, trace: TraceContext | undefined): unknown {
  return trace && isRecord(payload) ? { ...payload, [traceKey]: formatTraceparent(trace) } : payload;
}

/** Takes the trace out of a live payload. */
export function splitTrace(payload: unknown): { readonly content: unknown; readonly trace?: TraceContext | undefined } {
  if (!isRecord(payload) || !(traceKey in payload)) return { content: payload };
  const { [traceKey]: traceparent, ...content } = payload;
  return { content, trace: recordedContext(traceparent) };
}

function isRecord(payload: unknown): payload is Record<string, unknown> {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload);
}
