type Words = readonly [number, number, number, number];

/** Id of a trace: 128 random bits in words of 32, and as text where a text is needed. */
export class TraceId {
  readonly words: Words;
  #text: string | undefined;

  private constructor(words: Words, text?: string) {
    this.words = words;
    this.#text = text;
  }

  static random(): TraceId {
    return new TraceId([randomWord(), randomWord(), randomWord(), randomWord() || 1]);
  }

  /** @param text 32 hexadecimal digits */
  static of(text: string): TraceId {
    return new TraceId([wordAt(text, 0), wordAt(text, 8), wordAt(text, 16), wordAt(text, 24)], text);
  }

  get text(): string {
    this.#text ??= this.words.map(digits).join('');
    return this.#text;
  }
}

/** Id of a span: 64 random bits. Most are never needed as a text. */
export class SpanId {
  readonly high: number;
  readonly low: number;

  private constructor(high: number, low: number) {
    this.high = high;
    this.low = low;
  }

  static random(): SpanId {
    return new SpanId(randomWord(), randomWord() || 1);
  }

  /** @param text 16 hexadecimal digits */
  static of(text: string): SpanId {
    return new SpanId(wordAt(text, 0), wordAt(text, 8));
  }

  get text(): string {
    return digits(this.high) + digits(this.low);
  }
}

/** Ids are no secrets, so they need no generator for keys. */
function randomWord(): number {
  return (Math.random() * 2 ** 32) | 0;
}

function wordAt(text: string, index: number): number {
  return Number.parseInt(text.slice(index, index + 8), 16) | 0;
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
