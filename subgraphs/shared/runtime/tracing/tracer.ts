import type { RemoteContext, TraceContext } from './trace-context.ts';

/** Names follow the semantic conventions of OpenTelemetry. Values never contain variables, secrets or personal data. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes that many spans have in common. Whoever makes it keeps it, because it is written once (P33). */
export interface FixedAttributes {
  readonly attributes: SpanAttributes;
  /** As the collector gets them. Set by the recorder. */
  bytes?: Uint8Array;
}

export interface SpanOptions {
  /** `internal` by default: a step within the process. */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
  /** Further attributes, none of which is among those above. */
  readonly fixed?: FixedAttributes | undefined;
  /** Related spans that are not its parent. */
  readonly links?: readonly TraceContext[];
  /** `performance.now()` milliseconds; by default the present. */
  readonly startedAt?: number;
}

/** A recorded step of a trace that has begun. Where nothing is recorded, there is no span, so that `span?.…` costs one branch. */
export interface Span {
  readonly context: TraceContext;
  /** Begins a step within this one. */
  step(name: string, options?: SpanOptions): Span;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed. @param type error code or class of the error */
  fail(type: string): void;
  /** Ends the span and queues it for export. Further calls have no effect. */
  end(): void;
}

/** What has become of the spans that ended, since the start of the process. */
export interface SpanCounts {
  readonly exported: number;
  /** Spans that ended while the queue was full. */
  readonly dropped: number;
  /** Spans that the collector did not take. */
  readonly failed: number;
}

export interface Tracer {
  /** True if some traces may be recorded. */
  readonly isOn: boolean;
  /** Begins a trace, or continues that of a client, if the sampler chooses it. @param client what the client says of its own trace */
  begin(name: string, client: RemoteContext | undefined, options?: SpanOptions): Span | undefined;
  /** Continues a trace that another process of the product records. */
  follow(name: string, parent: TraceContext | undefined, options?: SpanOptions): Span | undefined;
  counts(): SpanCounts;
  /** Sends what is queued, for at most two seconds, and stops. */
  close(): Promise<void>;
}

/** The tracer of a process that has no collector. */
export const noTracer: Tracer = {
  isOn: false,
  begin: () => undefined,
  follow: () => undefined,
  counts: () => ({ exported: 0, dropped: 0, failed: 0 }),
  close: async () => {},
};
