/** Node writes a text of up to this many characters together with the head, and copies a longer text into a buffer: see docs/performance.md, P17. */
const maxText = 16_000;

/**
 * JSON text of a response, for one reader or for several. Drops the body after the last reader: see
 * docs/performance.md, P1.
 */
export class ResponseBody {
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
}
