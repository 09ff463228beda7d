import { AutomaticDocuments } from '../access/documents/automatic-documents.ts';
import type { Generation } from '../supergraph/generation.ts';
import { checkDocument } from './check-document.ts';
import { DocumentQueue } from './document-queue.ts';
import type { IntrospectionPolicy } from './guard-introspection.ts';
import { type ResolveOptions, resolveDocument } from './resolve-document.ts';
import type { Checked, Identified, Resolved } from './stages.ts';
import type { Throttle } from './throttle.ts';
import type { TurnSlices } from './turn-slices.ts';

export interface DocumentOptions extends Omit<ResolveOptions, 'automatic'> {
  readonly introspection: IntrospectionPolicy;
}

/** Finds the text of an operation, and its parsed and valid document. New documents wait for their turn, and cost their client a part of its rate. */
export class FindDocument {
  readonly #options: DocumentOptions & ResolveOptions;
  readonly #throttle: Throttle;
  readonly #queue: DocumentQueue;
  /** Texts that clients have sent with their hash, of every generation. */
  readonly #automatic = new AutomaticDocuments();

  constructor(options: DocumentOptions, throttle: Throttle, slices: TurnSlices) {
    this.#options = { ...options, automatic: this.#automatic };
    this.#throttle = throttle;
    this.#queue = new DocumentQueue(slices);
  }

  /** @throws RequestRefusal */
  async run(identified: Identified, generation: Generation): Promise<Checked> {
    const { introspection } = this.#options;
    const resolved = resolveDocument(identified, this.#options);
    const { source, trusted, keepAs } = resolved;
    if (!trusted) this.#throttle.admitDocument(identified, source);
    if (!isReady(resolved, generation)) await this.#queue.turn(identified.cancellation);
    const checked = checkDocument(resolved, { generation, introspection });
    if (!trusted) this.#throttle.learn(source);
    if (keepAs !== undefined) this.#automatic.keep(keepAs, source);
    return checked;
  }
}

/** Whether the document has been parsed and validated. */
function isReady({ source, trusted, caller }: Resolved, { views }: Generation): boolean {
  const { documents } = views.for(caller.identity);
  return (trusted && documents.trusted(trusted.id)) !== undefined || documents.known(source) !== undefined;
}
