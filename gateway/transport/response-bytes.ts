/** The body of a response, as it arrived: one chunk for most, several for long ones. */
export class ResponseBytes {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** One buffer, which may lie in a larger one: not to be kept. */
  whole(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : this.copy();
  }

  /** One buffer of its own; a chunk lies in a larger buffer that it would keep. */
  copy(): Buffer {
    return Buffer.concat(this.#chunks, this.#length);
  }

  includes(byte: number): boolean {
    return this.#chunks.some((chunk) => chunk.includes(byte));
  }

  equals(bytes: Buffer): boolean {
    if (bytes.length !== this.#length) return false;
    let start = 0;
    for (const chunk of this.#chunks) {
      const end = start + chunk.length;
      if (chunk.compare(bytes, start, end) !== 0) return false;
      start = end;
    }
    return true;
  }
}
