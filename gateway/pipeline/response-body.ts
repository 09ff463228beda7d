/** Characters up to which Node writes a text together with its head; a longer one it copies into a buffer of three times its length. */
const maxText = 16_000;

/**
 * JSON text of a response, for one reader or for several. Drops the body after the last reader, so that long-lived references to the
 * response do not retain it until the next full collection.
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

  /** For the next reader. Each reader reads once. */
  read(): string | Buffer {
    const body = this.#body;
    this.#readers -= 1;
    if (this.#readers === 0) this.#body = '';
    return body;
  }
}
