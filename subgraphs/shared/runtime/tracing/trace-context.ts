/** A span of a recorded trace, as other spans refer to it. There is none for a trace that is not recorded. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** What a `traceparent` header says: a span of another process, and whether that process records the trace. */
export interface RemoteContext extends TraceContext {
  readonly isRecorded: boolean;
}

/** Name of the W3C header and of the fields that carry its value elsewhere. */
export const traceparentKey = 'traceparent';

/** W3C trace context: version, trace id, span id, flags. */
const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent`. Undefined for everything that is none. */
export function parseTraceparent(value: unknown): RemoteContext | undefined {
  const [, traceId, spanId, flags] = (typeof value === 'string' && pattern.exec(value)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isRecorded: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Reads a `traceparent` of our own processes. Undefined if they do not record the trace. */
export function recordedContext(value: unknown): TraceContext | undefined {
  const remote = parseTraceparent(value);
  return remote?.isRecorded ? remote : undefined;
}

export function formatTraceparent({ traceId, spanId }: TraceContext, isRecorded = true): string {
  return `00-${traceId}-${spanId}-${isRecorded ? '01' : '00'}`;
}
