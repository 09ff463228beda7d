/** The body of a response in the chunks in which it arrived. */
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

  /** Returns the body as one buffer. It may be a part of a larger buffer, so do not keep it. */
  whole(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : this.copy();
  }

  /** Copies the body into a buffer that may be kept. A chunk would retain the larger buffer around it. */
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
