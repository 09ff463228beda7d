/** Characters up to which a loop writes a text faster than a call of native code. */
const shortText = 32;
/** Longest number: 64 bits, of which each byte holds seven. */
const maxNumber = 10;

const twoTo32 = 2 ** 32;

/** Writes protobuf into one growing buffer, so that nothing of it is left to the garbage collector (P33). */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  /** @param size bytes for which it has room at first */
  constructor(size = 256) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  /** What was written, until more is written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** @param value a whole number that is not negative */
  varint(value: number): void {
    this.#reserve(maxNumber);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** 32 bits, the highest first. */
  word(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  /** 32 bits, the lowest first. */
  fixed32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#at = at + 4;
  }

  /** Nanoseconds since 1970 in 64 bits. A double holds them only in parts. @param milliseconds since 1970 */
  nanoseconds(milliseconds: number): void {
    const whole = Math.floor(milliseconds);
    const high = Math.floor(whole / twoTo32);
    const low = (whole - high * twoTo32) * 1_000_000 + Math.round((milliseconds - whole) * 1_000_000);
    this.fixed32(low % twoTo32);
    this.fixed32(high * 1_000_000 + Math.floor(low / twoTo32));
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** The length of a text, and the text. */
  text(value: string): void {
    this.#reserve(value.length * 3 + maxNumber);
    const begun = this.#at;
    if (value.length <= shortText && this.#writeAscii(value)) return;
    this.#at = begun;
    this.varint(Buffer.byteLength(value));
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  /** Bytes of another writer. */
  append(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Begins a message, whose length stands before it. @returns for `end` */
  begin(): number {
    this.#reserve(1);
    return ++this.#at;
  }

  /** Ends a message: a length of more than one byte moves the message. */
  end(begun: number): void {
    const length = this.#at - begun;
    if (length >= 0x80) {
      const moved = begun + (length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : 3);
      this.#reserve(moved - begun);
      this.#bytes.copyWithin(moved, begun, this.#at);
    }
    this.#at = begun - 1;
    this.varint(length);
    this.#at += length;
  }

  /** @returns false if the text has other characters; the bytes are then worthless */
  #writeAscii(value: string): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = value.length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}
