import type { SpanAttributes } from '../tracer.ts';
import { ByteWriter } from './byte-writer.ts';
import { writeAttribute } from './write-span.ts';

/** Name of the only scope. */
const scopeName = 'infamous-freight';

/** Tags of the first and the second field of a message. */
const first = 0x0a;
const second = 0x12;

/** Makes bodies of requests to a collector (`ExportTraceServiceRequest`). All of them have the same resource and scope. */
export class ExportRequests {
  readonly #resource: Uint8Array;
  readonly #scope: Uint8Array;

  /** @param service attributes of the process */
  constructor(service: SpanAttributes) {
    this.#resource = fieldOf(first, (to) => {
      for (const [name, value] of Object.entries(service))
        if (value !== undefined) writeAttribute(to, first, name, value);
    });
    this.#scope = fieldOf(first, (to) => {
      to.byte(first);
      to.text(scopeName);
    });
  }

  /** @param spans fields of `ScopeSpans` */
  of(spans: Uint8Array): Buffer {
    const scope = headOf(second, this.#scope.length + spans.length);
    const resource = headOf(first, this.#resource.length + scope.length + this.#scope.length + spans.length);
    return Buffer.concat([resource, this.#resource, scope, this.#scope, spans]);
  }
}

function fieldOf(tag: number, write: (to: ByteWriter) => void): Uint8Array {
  const to = new ByteWriter();
  to.byte(tag);
  const begun = to.begin();
  write(to);
  to.end(begun);
  return to.bytes;
}

function headOf(tag: number, length: number): Uint8Array {
  const to = new ByteWriter();
  to.byte(tag);
  to.varint(length);
  return to.bytes;
}
