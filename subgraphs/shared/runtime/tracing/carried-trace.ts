import type { TraceContext } from './trace-context.ts';

/** The traces of live payloads on their way through channels and iterators, where no request is under way. */
const traces = new WeakMap<object, TraceContext>();

/** Remembers the trace of a value. Only objects carry one. */
export function carryTrace(trace: TraceContext | undefined, value: unknown): void {
  if (trace && typeof value === 'object' && value !== null) traces.set(value, trace);
}

export function traceOf(value: unknown): TraceContext | undefined {
  return typeof value === 'object' && value !== null ? traces.get(value) : undefined;
}
