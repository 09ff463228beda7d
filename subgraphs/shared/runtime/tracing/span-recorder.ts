import { randomUUID } from 'node:crypto';
import type { Log } from '../log.ts';
import { CollectorClient } from './otlp/collector-client.ts';
import { SpanQueue } from './otlp/span-queue.ts';
import type { EndedSpan } from './otlp/write-span.ts';
import { followClock } from './span-clock.ts';
import { SpanId, TraceId } from './span-ids.ts';
import type { RemoteContext, TraceContext } from './trace-context.ts';
import type { Span, SpanAttributes, SpanCounts, SpanOptions, Tracer } from './tracer.ts';
import type { Sampling, TracingConfig } from './tracing-config.ts';

/** Records spans and sends them to a collector by OTLP. */
export class SpanRecorder implements Tracer {
  readonly isOn = true;
  readonly #sampling: Sampling;
  readonly #queue: SpanQueue;

  constructor({ collector, serviceName, resource, sampling, queue }: TracingConfig, service: string, log: Log) {
    this.#sampling = sampling;
    const described = {
      'service.namespace': 'infamous-freight',
      'service.instance.id': randomUUID(),
      ...resource,
      'service.name': serviceName ?? service,
    };
    this.#queue = new SpanQueue(described, queue, new CollectorClient(collector), log);
  }

  begin(name: string, client: RemoteContext | undefined, options?: SpanOptions): Span | undefined {
    if (!isChosen(client, this.#sampling)) return undefined;
    followClock();
    return client ? this.#continue(name, client, options) : this.#open(name, TraceId.random(), undefined, options);
  }

  follow(name: string, parent: TraceContext | undefined, options?: SpanOptions): Span | undefined {
    if (!parent) return undefined;
    followClock();
    return this.#continue(name, parent, options);
  }

  counts(): SpanCounts {
    return this.#queue.counts();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #continue(name: string, { traceId, spanId }: TraceContext, options: SpanOptions | undefined): Span {
    return this.#open(name, TraceId.of(traceId), SpanId.of(spanId), options);
  }

  #open(name: string, traceId: TraceId, parent: SpanId | undefined, options: SpanOptions | undefined): Span {
    return new RecordedSpan(this.#queue, { traceId, parent, isRemote: parent !== undefined }, name, options);
  }
}

/** Chooses by the last 56 bits of a trace id, which are random, so that all processes choose alike. */
function isChosen(client: RemoteContext | undefined, { share, followsClients }: Sampling): boolean {
  if (client && followsClients) return client.isRecorded;
  if (share >= 1) return true;
  const chance = client ? Number.parseInt(client.traceId.slice(-14), 16) / 2 ** 56 : Math.random();
  return chance < share;
}

/** Where a span stands in its trace. */
type Place = Pick<EndedSpan, 'traceId' | 'parent' | 'isRemote'>;

/** A span is a small object until it ends. The queue then keeps its bytes only (P33). */
class RecordedSpan implements Span, EndedSpan {
  readonly traceId: TraceId;
  readonly id = SpanId.random();
  readonly parent: SpanId | undefined;
  readonly isRemote: boolean;
  readonly kind: EndedSpan['kind'];
  readonly startedAt: number;
  readonly links: EndedSpan['links'];
  readonly fixed: EndedSpan['fixed'];
  name: string;
  attributes: SpanAttributes | undefined;
  failure: string | undefined;
  /** 0 while the span is open. */
  endedAt = 0;
  readonly #queue: SpanQueue;

  constructor(queue: SpanQueue, { traceId, parent, isRemote }: Place, name: string, options?: SpanOptions) {
    this.#queue = queue;
    this.traceId = traceId;
    this.parent = parent;
    this.isRemote = isRemote;
    this.name = name;
    this.kind = options?.kind ?? 'internal';
    this.startedAt = options?.startedAt ?? performance.now();
    this.attributes = options?.attributes;
    this.fixed = options?.fixed;
    this.links = options?.links;
    this.failure = undefined;
  }

  get context(): TraceContext {
    return { traceId: this.traceId.text, spanId: this.id.text };
  }

  step(name: string, options?: SpanOptions): Span {
    return new RecordedSpan(this.#queue, { traceId: this.traceId, parent: this.id, isRemote: false }, name, options);
  }

  rename(name: string): void {
    this.name = name;
  }

  set(attributes: SpanAttributes): void {
    this.attributes = this.attributes ? { ...this.attributes, ...attributes } : attributes;
  }

  fail(type: string): void {
    this.failure = type;
  }

  end(): void {
    if (this.endedAt > 0) return;
    this.endedAt = performance.now();
    this.#queue.add(this);
  }
}
