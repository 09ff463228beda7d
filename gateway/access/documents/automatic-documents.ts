import { LRUCache } from 'lru-cache';

/** Bounds of the texts that clients have sent with their hash: their number, and their characters together. */
const maxTexts = 5_000;
const maxCharacters = 4_000_000;

/** Texts of automatic persisted queries by their SHA-256. A client whose text is no longer here sends it again. */
export class AutomaticDocuments {
  readonly #texts = new LRUCache<string, string>({
    max: maxTexts,
    maxSize: maxCharacters,
    sizeCalculation: (text) => text.length + 1,
  });

  find(id: string): string | undefined {
    return this.#texts.get(id);
  }

  /** Called with valid documents only, so that faulty texts do not evict them. */
  keep(id: string, text: string): void {
    this.#texts.set(id, text);
  }
}
