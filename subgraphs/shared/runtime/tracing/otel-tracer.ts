import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as otel from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from '../log.ts';
import { CountedSpans } from './counted-spans.ts';
import { followClock, spanTime } from './span-clock.ts';
import type { RemoteContext, TraceContext } from './trace-context.ts';
import type { Span, SpanAttributes, SpanCounts, SpanOptions, Tracer } from './tracer.ts';
import type { Sampling, TracingConfig } from './tracing-config.ts';

/** Milliseconds for the last spans of a process that stops. */
const lastFlushMs = 2_000;

const kinds = {
  internal: otel.SpanKind.INTERNAL,
  server: otel.SpanKind.SERVER,
  client: otel.SpanKind.CLIENT,
  producer: otel.SpanKind.PRODUCER,
  consumer: otel.SpanKind.CONSUMER,
} as const;

/** Records spans with the SDK of OpenTelemetry and sends them by OTLP. The only file that names the SDK. */
export class OtelTracer implements Tracer {
  readonly isOn = true;
  readonly #sampling: Sampling;
  readonly #provider: TracerProvider;
  readonly #tracer: otel.Tracer;
  readonly #spans: CountedSpans;

  constructor({ url, serviceName, resource, sampling, queue }: TracingConfig, service: string, log: Log) {
    this.#sampling = sampling;
    // The exporter itself reads OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION, _CERTIFICATE and their forms for traces.
    const exporter = new OTLPTraceExporter({ url });
    this.#spans = new CountedSpans(exporter, queue, log);
    const attributes = {
      'service.namespace': 'infamous-freight',
      'service.instance.id': randomUUID(),
      ...resource,
      'service.name': serviceName ?? service,
    };
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes(attributes),
      sampler: new AlwaysOnSampler(), // `begin` decides
      spanProcessors: [this.#spans],
    });
    this.#tracer = this.#provider.getTracer('infamous-freight');
  }

  begin(name: string, client: RemoteContext | undefined, options: SpanOptions = {}): Span | undefined {
    if (!isChosen(client, this.#sampling)) return undefined;
    followClock();
    return new OtelSpan(this.#tracer, name, client && remoteParent(client), options);
  }

  follow(name: string, parent: TraceContext | undefined, options: SpanOptions = {}): Span | undefined {
    if (!parent) return undefined;
    followClock();
    return new OtelSpan(this.#tracer, name, remoteParent(parent), options);
  }

  counts(): SpanCounts {
    return this.#spans.counts();
  }

  async close(): Promise<void> {
    const flushed = this.#provider.shutdown().catch(() => {}); // counted as failed
    await Promise.race([flushed, delay(lastFlushMs, undefined, { ref: false })]);
  }
}

/** Chooses by the last 56 bits of a trace id, which are random, so that all processes choose alike. */
function isChosen(client: RemoteContext | undefined, { share, followsClients }: Sampling): boolean {
  if (client && followsClients) return client.isRecorded;
  if (share >= 1) return true;
  const chance = client ? Number.parseInt(client.traceId.slice(-14), 16) / 2 ** 56 : Math.random();
  return chance < share;
}

function remoteParent({ traceId, spanId }: TraceContext): otel.Context {
  return otel.trace.setSpanContext(otel.ROOT_CONTEXT, {
    ...{ traceId, spanId },
    traceFlags: otel.TraceFlags.SAMPLED,
    isRemote: true,
  });
}

class OtelSpan implements Span {
  readonly context: TraceContext;
  readonly #tracer: otel.Tracer;
  readonly #span: otel.Span;
  #hasEnded = false;

  constructor(tracer: otel.Tracer, name: string, parent: otel.Context | undefined, options: SpanOptions) {
    const { kind = 'internal', attributes, links, startedAt = performance.now() } = options;
    this.#tracer = tracer;
    this.#span = tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        startTime: spanTime(startedAt),
        ...(attributes && { attributes: { ...attributes } }),
        ...(links && {
          links: links.map((context) => ({ context: { ...context, traceFlags: otel.TraceFlags.SAMPLED } })),
        }),
      },
      parent ?? otel.ROOT_CONTEXT,
    );
    this.context = this.#span.spanContext();
  }

  step(name: string, options: SpanOptions = {}): Span {
    return new OtelSpan(this.#tracer, name, otel.trace.setSpan(otel.ROOT_CONTEXT, this.#span), options);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    if (this.#hasEnded) return;
    for (const [name, value] of Object.entries(attributes))
      if (value !== undefined) this.#span.setAttribute(name, value);
  }

  fail(type: string): void {
    if (this.#hasEnded) return;
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: otel.SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#span.end(spanTime(performance.now()));
  }
}
