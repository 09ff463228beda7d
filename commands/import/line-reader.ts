/** Reads a text line by line. Lines can be given back to be read again. */
export class LineReader {
  readonly #chunks: AsyncGenerator<string>;
  readonly #maxLength: number;
  /** Lines to read next, the last of them first. */
  #waiting: string[] = [];
  #rest: string | undefined = '';
  #number = 0;

  /** Of a line that is longer than `maxLength`, one character more is kept. */
  constructor(chunks: AsyncGenerator<string>, maxLength: number) {
    this.#chunks = chunks;
    this.#maxLength = maxLength;
  }

  /** The number of the line that was read last; the first is 1. */
  get number(): number {
    return this.#number;
  }

  /** Undefined at the end. */
  async next(): Promise<string | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#rest === undefined) return undefined;
      await this.#readChunk(this.#rest);
    }
    this.#number += 1;
    return this.#waiting.pop();
  }

  giveBack(lines: readonly string[]): void {
    this.#waiting.push(...lines.toReversed());
    this.#number -= lines.length;
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }

  async #readChunk(rest: string): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) {
      this.#rest = undefined;
      if (rest !== '') this.#waiting = [rest];
      return;
    }
    const lines = `${rest}${value}`.split('\n');
    this.#rest = this.#shorten(lines.pop() ?? '');
    this.#waiting = lines.map((line) => this.#shorten(line)).reverse();
  }

  #shorten(line: string): string {
    return line.length > this.#maxLength ? line.slice(0, this.#maxLength + 1) : line;
  }
}
