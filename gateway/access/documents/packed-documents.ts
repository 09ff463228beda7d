import type { DocumentNode } from 'graphql';
import { CompactTexts } from '../../engine/values/compact-texts.ts';

/** Trusted documents by id, as JSON text in compact form. The contracts of one supergraph share them. */
export class PackedDocuments {
  readonly #texts = new Map<string, string>();
  readonly #compact = new CompactTexts();

  keep(id: string, document: DocumentNode): void {
    if (!this.#texts.has(id)) this.#texts.set(id, this.#compact.pack(JSON.stringify(document)));
  }

  find(id: string): DocumentNode | undefined {
    const packed = this.#texts.get(id);
    return packed === undefined ? undefined : (JSON.parse(this.#compact.unpack(packed)) as DocumentNode); // it was packed as a document
  }
}
