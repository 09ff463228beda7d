import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { CollectorSettings, TracingConfig } from '#shared/runtime/tracing/tracing-config.ts';
import { bytesIn, messagesIn, numberIn, readMessage } from './otlp-message.ts';

/** A span as a collector receives it. */
export interface ReceivedSpan {
  /** `service.name` of the process. */
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first span of a trace. */
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids of the spans that it refers to. */
  readonly links: readonly string[];
  readonly hasFailed: boolean;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
}

/** A collector of traces: OTLP over HTTP, in protobuf. */
export interface OtlpReceiver {
  /** Sends every span at once to this receiver. */
  readonly tracing: TracingConfig;
  readonly spans: readonly ReceivedSpan[];
  /** Resolves with the received spans when there is one of this kind. */
  until(found: (span: ReceivedSpan) => boolean): Promise<readonly ReceivedSpan[]>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    spans.push(...readSpans(await buffer(request)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    for (const check of waiting) check();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // of a TCP server
  return {
    tracing: {
      collector: collectorAt(`http://127.0.0.1:${port}/v1/traces`),
      serviceName: undefined,
      resource: {},
      sampling: { share: 1, followsClients: false },
      queue: { size: 2_048, batchSize: 512, delayMs: 1, timeoutMs: 5_000 },
    },
    spans,
    until: (found) =>
      new Promise((resolve) => {
        const check = () => {
          if (!spans.some(found)) return;
          waiting.delete(check);
          resolve(spans);
        };
        waiting.add(check);
        check();
      }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A collector that needs neither headers nor certificates. */
export function collectorAt(url: string): CollectorSettings {
  const certificates = { certificate: undefined, clientCertificate: undefined, clientKey: undefined };
  return { url, headers: {}, compression: 'none', timeoutMs: 5_000, ...certificates };
}

type Message = ReturnType<typeof readMessage>;

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const failed = 2n;

/** Reads the body of an export request: the field numbers are those of opentelemetry/proto/trace/v1/trace.proto. */
function readSpans(body: Buffer): ReceivedSpan[] {
  return messagesIn(readMessage(body), 1).flatMap((ofResource) => {
    const resource = messagesIn(ofResource, 1)[0];
    const service = resource ? String(attributesIn(resource, 1)['service.name']) : '';
    return messagesIn(ofResource, 2).flatMap((ofScope) =>
      messagesIn(ofScope, 2).map((span) => readSpan(span, service)),
    );
  });
}

function readSpan(span: Message, service: string): ReceivedSpan {
  const status = messagesIn(span, 15)[0];
  const parentId = hexIn(span, 4);
  return {
    service,
    traceId: hexIn(span, 1),
    spanId: hexIn(span, 2),
    parentId: parentId === '' ? undefined : parentId,
    name: textIn(span, 5),
    kind: kinds[Number(numberIn(span, 6))] ?? '',
    startedAt: numberIn(span, 7),
    endedAt: numberIn(span, 8),
    attributes: attributesIn(span, 9),
    links: messagesIn(span, 13).map((link) => hexIn(link, 2)),
    hasFailed: status !== undefined && numberIn(status, 3) === failed,
  };
}

function attributesIn(message: Message, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messagesIn(message, number).map((pair) => [textIn(pair, 1), readValue(messagesIn(pair, 2)[0])]),
  );
}

function readValue(value: Message | undefined): unknown {
  if (!value) return undefined;
  if (value.has(1)) return textIn(value, 1);
  if (value.has(2)) return numberIn(value, 2) === 1n;
  return value.has(4) ? doubleIn(value, 4) : Number(numberIn(value, 3));
}

function doubleIn(message: Message, number: number): number {
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64LE(numberIn(message, number));
  return bits.readDoubleLE();
}

function textIn(message: Message, number: number): string {
  return bytesIn(message, number)[0]?.toString() ?? '';
}

function hexIn(message: Message, number: number): string {
  return bytesIn(message, number)[0]?.toString('hex') ?? '';
}
