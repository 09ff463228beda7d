import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** The longest distance at which deflate finds repetitions. */
const maxDictionary = 32_768;
const plain = 'p';
const deflated = 'd';

/**
 * Keeps many similar texts in little memory. The first texts stay as they are and become the dictionary with which later ones are deflated. Bytes
 * are kept as the characters of a string, because a small buffer has an overhead of some hundred bytes.
 */
export class CompactTexts {
  #dictionary = Buffer.alloc(0);

  pack(text: string): string {
    if (this.#dictionary.length < maxDictionary) {
      this.#dictionary = Buffer.concat([this.#dictionary, Buffer.from(text)]);
      if (this.#dictionary.length >= maxDictionary) this.#dictionary = this.#dictionary.subarray(0, maxDictionary);
      return plain + text;
    }
    return deflated + deflateRawSync(text, { dictionary: this.#dictionary }).toString('latin1');
  }

  unpack(packed: string): string {
    if (packed.startsWith(plain)) return packed.slice(1);
    const bytes = Buffer.from(packed.slice(1), 'latin1');
    return inflateRawSync(bytes, { dictionary: this.#dictionary }).toString();
  }
}
