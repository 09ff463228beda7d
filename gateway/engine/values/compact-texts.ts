import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** The longest distance at which deflate finds repetitions. */
const maxDictionary = 32_768;
const plain = Buffer.from('p');
const deflated = Buffer.from('d');

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
      return toCharacters(plain, Buffer.from(text));
    }
    return toCharacters(deflated, deflateRawSync(text, { dictionary: this.#dictionary }));
  }

  unpack(packed: string): string {
    const bytes = Buffer.from(packed, 'latin1');
    const content = bytes.subarray(1);
    return String(bytes[0] === plain[0] ? content : inflateRawSync(content, { dictionary: this.#dictionary }));
  }
}

/** One character for each byte, made in one piece: a joined string would keep its parts. */
function toCharacters(kind: Buffer, content: Buffer): string {
  return Buffer.concat([kind, content]).toString('latin1');
}
