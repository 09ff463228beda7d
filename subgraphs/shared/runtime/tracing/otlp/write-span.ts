import { unixMilliseconds } from '../span-clock.ts';
import { SpanId, TraceId } from '../span-ids.ts';
import type { TraceContext } from '../trace-context.ts';
import type { FixedAttributes, SpanAttributes, SpanOptions } from '../tracer.ts';
import { ByteWriter } from './byte-writer.ts';

/** A span that has ended. */
export interface EndedSpan {
  readonly traceId: TraceId;
  readonly id: SpanId;
  readonly parent: SpanId | undefined;
  /** True if the parent is a span of another process. */
  readonly isRemote: boolean;
  readonly name: string;
  readonly kind: NonNullable<SpanOptions['kind']>;
  /** `performance.now()` milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: SpanAttributes | undefined;
  readonly fixed: FixedAttributes | undefined;
  readonly links: SpanOptions['links'];
  /** Code or class of its error; undefined if it has not failed. */
  readonly failure: string | undefined;
}

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** Numbers of fields with their wire types, as in opentelemetry/proto/trace/v1/trace.proto. */
const field = {
  traceId: 0x0a,
  spanId: 0x12,
  parentId: 0x22,
  name: 0x2a,
  kind: 0x30,
  startedAt: 0x39,
  endedAt: 0x41,
  attribute: 0x4a,
  link: 0x6a,
  status: 0x7a,
  flags: 0x85,
  linkFlags: 0x35,
} as const;
const statusOfFailure = [field.status, 2, 0x18, 2] as const;
/** A field of a message: its first, second, third and fourth one. */
const text = 0x0a;
const message = 0x12;
const boolean = 0x10;
const whole = 0x18;
const double = 0x21;

const isSampled = 0x001;
const knowsParent = 0x100;
const hasRemoteParent = 0x200;

/** Writes a span as a field of `ScopeSpans`. */
export function writeSpan(to: ByteWriter, span: EndedSpan): void {
  to.byte(message);
  const begun = to.begin();
  writeTraceId(to, span.traceId);
  writeSpanId(to, field.spanId, span.id);
  if (span.parent) writeSpanId(to, field.parentId, span.parent);
  to.byte(field.name);
  to.text(span.name);
  to.byte(field.kind);
  to.byte(kinds[span.kind]);
  to.byte(field.startedAt);
  to.nanoseconds(unixMilliseconds(span.startedAt));
  to.byte(field.endedAt);
  to.nanoseconds(unixMilliseconds(span.endedAt));
  const { attributes, failure } = span;
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined && (failure === undefined || name !== 'error.type'))
      writeAttribute(to, field.attribute, name, value);
  }
  if (span.fixed) to.append(bytesOf(span.fixed));
  for (const link of span.links ?? []) writeLink(to, link);
  if (failure !== undefined) {
    writeAttribute(to, field.attribute, 'error.type', failure);
    for (const byte of statusOfFailure) to.byte(byte);
  }
  to.varint(field.flags);
  to.fixed32(isSampled | knowsParent | (span.isRemote ? hasRemoteParent : 0));
  to.end(begun);
}

function bytesOf(fixed: FixedAttributes): Uint8Array {
  fixed.bytes ??= writeAll(fixed.attributes);
  return fixed.bytes;
}

function writeAll(attributes: SpanAttributes): Uint8Array {
  const to = new ByteWriter();
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) writeAttribute(to, field.attribute, name, value);
  return to.bytes;
}

function writeTraceId(to: ByteWriter, { words }: TraceId): void {
  to.byte(field.traceId);
  to.byte(16);
  to.word(words[0]);
  to.word(words[1]);
  to.word(words[2]);
  to.word(words[3]);
}

function writeSpanId(to: ByteWriter, tag: number, { high, low }: SpanId): void {
  to.byte(tag);
  to.byte(8);
  to.word(high);
  to.word(low);
}

function writeLink(to: ByteWriter, { traceId, spanId }: TraceContext): void {
  to.byte(field.link);
  const begun = to.begin();
  writeTraceId(to, TraceId.of(traceId));
  writeSpanId(to, field.spanId, SpanId.of(spanId));
  to.byte(field.linkFlags);
  to.fixed32(isSampled);
  to.end(begun);
}

/** Writes a `KeyValue`. */
export function writeAttribute(to: ByteWriter, tag: number, name: string, value: string | number | boolean): void {
  to.byte(tag);
  const begun = to.begin();
  to.byte(text);
  to.text(name);
  to.byte(message);
  const begunValue = to.begin();
  writeValue(to, value);
  to.end(begunValue);
  to.end(begun);
}

function writeValue(to: ByteWriter, value: string | number | boolean): void {
  if (typeof value === 'string') {
    to.byte(text);
    to.text(value);
  } else if (typeof value === 'boolean') {
    to.byte(boolean);
    to.byte(value ? 1 : 0);
  } else if (Number.isSafeInteger(value) && value >= 0) {
    to.byte(whole);
    to.varint(value);
  } else {
    to.byte(double);
    to.double(value);
  }
}
