import { recordedContext, type TraceContext, traceparentKey } from '#shared/runtime/tracing/trace-context.ts';
import type { Span, Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { SubgraphResult } from '../engine/ports.ts';

/** The spans of the events of one stream. Each continues the trace of the change that caused its event. */
export class EventSpans {
  readonly #tracer: Tracer;
  readonly #operationName: string;
  readonly #links: readonly TraceContext[];
  /** Those of events whose responses are not complete, in the order of the events. Undefined where an event has no trace. */
  readonly #open: (Span | undefined)[] = [];

  /** @param beganBy the operation that began the stream */
  constructor(tracer: Tracer, operationName: string, beganBy: TraceContext | undefined) {
    this.#tracer = tracer;
    this.#operationName = operationName;
    this.#links = beganBy ? [beganBy] : [];
  }

  begin({ extensions }: SubgraphResult): Span | undefined {
    if (!this.#tracer.isOn) return undefined;
    const span = this.#tracer.follow(`push ${this.#operationName}`, recordedContext(extensions?.[traceparentKey]), {
      kind: 'producer',
      links: this.#links,
      attributes: { 'graphql.operation.type': 'subscription', 'graphql.operation.name': this.#operationName },
    });
    this.#open.push(span);
    return span;
  }

  /** Ends the span of the next event: its response was queued for these clients. */
  endNext(clients: number): void {
    const span = this.#open.shift();
    span?.set({ 'freight.live.clients': clients });
    span?.end();
  }

  endAll(): void {
    for (const span of this.#open.splice(0)) span?.end();
  }
}
