/** Node writes a text of up to this many characters together with the head, and copies a longer text into a buffer: see docs/performance.md, P17. */
const maxText = 16_000;

/** JSON text of a response. Each reader reads once. */
export interface ReadableBody {
  read(): string | Buffer;
  /** Returns the body without reading it. The reader has not read it yet. */
  peek(): string | Buffer;
  /** Reads the body, and the part of it that is equal for equal data. */
  readParts(): { readonly body: string | Buffer; readonly shared: string | Buffer };
}

/**
 * JSON text of a response, for one reader or for several. Drops the body after the last reader: see
 * docs/performance.md, P1.
 */
export class ResponseBody implements ReadableBody {
  #body: string | Buffer;
  #readers = 1;

  constructor(text: string) {
    this.#body = text.length > maxText ? Buffer.from(text) : text;
  }

  get length(): number {
    return this.#body.length;
  }

  /** Sets the number of readers before the first of them reads. For several, the text is encoded once. */
  setReaders(readers: number): void {
    this.#readers = readers;
    if (readers > 1 && typeof this.#body === 'string') this.#body = Buffer.from(this.#body);
  }

  /** Returns the body to the next reader. Each reader reads once. */
  read(): string | Buffer {
    const body = this.#body;
    this.#readers -= 1;
    if (this.#readers === 0) this.#body = '';
    return body;
  }

  peek(): string | Buffer {
    return this.#body;
  }

  readParts(): ReturnType<ReadableBody['readParts']> {
    const body = this.read();
    return { body, shared: body };
  }
}

/** The response of one reader: a body that it may share with others, and extensions of its own. */
export class ExtendedBody implements ReadableBody {
  readonly #body: ReadableBody;
  readonly #extensions: string;

  /** @param extensions JSON text; the body has at least one other entry and no extensions */
  constructor(body: ReadableBody, extensions: string) {
    this.#body = body;
    this.#extensions = extensions;
  }

  read(): string | Buffer {
    return this.readParts().body;
  }

  readParts(): ReturnType<ReadableBody['readParts']> {
    const shared = this.#body.read();
    return { body: this.#extend(shared), shared };
  }

  peek(): string | Buffer {
    return this.#extend(this.#body.peek());
  }

  #extend(shared: string | Buffer): string | Buffer {
    const end = `,"extensions":${this.#extensions}}`;
    if (typeof shared === 'string') return shared.slice(0, -1) + end;
    return Buffer.concat([shared.subarray(0, -1), Buffer.from(end)]);
  }
}
