/** Node writes a text of up to this many characters together with the head, and copies a longer text into a buffer: see docs/performance.md, P17. */
const maxText = 16_000;

/** JSON text of a response. Each reader reads once. */
export interface ReadableBody {
  read(): string | Buffer;
  /** Returns the body without reading it. The reader has not read it yet. */
  peek(): string | Buffer;
  /** Reads the body without putting its parts together. */
  readParts(): BodyParts;
}

/** A body: a part that is equal for equal data, and the extensions of its reader. */
export interface BodyParts {
  /** A whole GraphQL response without the extensions of the reader. */
  readonly shared: string | Buffer;
  /** JSON text; undefined if there are none. */
  readonly extensions: string | undefined;
  /** True if other readers have the same `shared`, which should not be copied for each of them. */
  readonly hasReaders: boolean;
}

/**
 * JSON text of a response, for one reader or for several. Drops the body after the last reader: see
 * docs/performance.md, P1.
 */
export class ResponseBody implements ReadableBody {
  #body: string | Buffer;
  #readers = 1;
  #hasReaders = false;

  constructor(text: string) {
    this.#body = text.length > maxText ? Buffer.from(text) : text;
  }

  get length(): number {
    return this.#body.length;
  }

  /** Sets the number of readers before the first of them reads. For several, the text is encoded once. */
  setReaders(readers: number): void {
    this.#readers = readers;
    this.#hasReaders = readers > 1;
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

  readParts(): BodyParts {
    const hasReaders = this.#hasReaders;
    return { shared: this.read(), extensions: undefined, hasReaders };
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
    return extend(this.#body.read(), this.#extensions);
  }

  readParts(): BodyParts {
    return { ...this.#body.readParts(), extensions: this.#extensions };
  }

  peek(): string | Buffer {
    return extend(this.#body.peek(), this.#extensions);
  }
}

/** The last bytes of a body with extensions. They replace the last character of `shared`. */
export function endOf(extensions: string): string {
  return `,"extensions":${extensions}}`;
}

/** Puts the parts of a body together. */
export function joinParts({ shared, extensions }: BodyParts): string | Buffer {
  return extensions === undefined ? shared : extend(shared, extensions);
}

function extend(shared: string | Buffer, extensions: string): string | Buffer {
  const end = endOf(extensions);
  if (typeof shared === 'string') return shared.slice(0, -1) + end;
  return Buffer.concat([shared.subarray(0, -1), Buffer.from(end)]);
}
