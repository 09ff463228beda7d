import { LRUCache } from 'lru-cache';
import { CompactTexts } from '../../engine/values/compact-texts.ts';
import type { Audience } from './audience.ts';
import { documentId } from './manifest.ts';

/** A document that the gateway has accepted before clients request it. */
export interface TrustedDocument {
  /** SHA-256 of the text in hexadecimal. */
  readonly id: string;
  readonly name: string;
  /** Name of the client whose manifest contains it, such as `partner`. */
  readonly client: string;
}

export interface TrustedText {
  readonly name: string;
  readonly client: string;
  readonly text: string;
}

interface Entry extends TrustedDocument {
  readonly packed: string;
}

/** Documents that may be trusted at the same time. */
const maxDocuments = 200_000;
/** Texts kept unpacked. */
const maxUnpacked = 1_000;
const maxUnpackedCharacters = 4_000_000;

/** The documents of all manifests by id. Their texts are kept in compact form. */
export class TrustedDocuments {
  readonly #texts = new CompactTexts();
  readonly #entries = new Map<string, Entry>();
  readonly #unpacked = new LRUCache<string, string>({
    max: maxUnpacked,
    maxSize: maxUnpackedCharacters,
    sizeCalculation: (text) => text.length + 1,
  });

  get size(): number {
    return this.#entries.size;
  }

  find(id: string): TrustedDocument | undefined {
    return this.#entries.get(id);
  }

  /** @returns the document; undefined if no more fit */
  add({ name, client, text }: TrustedText): TrustedDocument | undefined {
    const id = documentId(text);
    if (!this.#entries.has(id) && this.#entries.size >= maxDocuments) return undefined;
    const entry = { id, name, client, packed: this.#texts.pack(text) };
    this.#entries.set(id, entry);
    return entry;
  }

  remove(id: string): void {
    this.#entries.delete(id);
    this.#unpacked.delete(id);
  }

  all(): Iterable<TrustedDocument> {
    return this.#entries.values();
  }

  /** @throws Error if there is no such document */
  textOf(id: string): string {
    const known = this.#unpacked.get(id);
    if (known !== undefined) return known;
    const entry = this.#entries.get(id);
    if (!entry) throw new Error(`the document ${id} is not trusted`);
    const text = this.#texts.unpack(entry.packed);
    this.#unpacked.set(id, text);
    return text;
  }
}

/** The client whose documents partners may run. Its documents are written for partners, and those of the other clients are not. */
const partnerClient = 'partner';

/** Says whether the document is registered for this audience. */
export function isListedFor({ client }: TrustedDocument, audience: Audience): boolean {
  return (client === partnerClient) === (audience === 'partner');
}
