import { parse } from 'graphql';
import type { KindOfClient } from '../kinds-of-client.ts';
import { AssessedSupergraph, type AssessmentSettings } from './assessed-supergraph.ts';
import { compareDocument, type DocumentDamage, type GateSubject } from './compare-document.ts';
import { changedCoordinates, describeCoordinates, wholeGraph } from './coordinates.ts';
import { hidesTheSame } from './hides-the-same.ts';
import { TouchedCoordinates } from './touched-coordinates.ts';

export interface ComparisonOptions {
  readonly current: string;
  readonly next: string;
  readonly settings: AssessmentSettings;
  readonly clients: readonly KindOfClient[];
}

export interface ComparedDocument {
  /** True if the document touches nothing that changed, so that it was not examined. */
  readonly isSkipped: boolean;
  readonly damage: DocumentDamage | undefined;
}

/** Compares what two supergraphs do with documents. Each is loaded when the first document needs it. */
export class SupergraphComparison {
  readonly #options: ComparisonOptions;
  readonly #changed: ReadonlySet<string>;
  readonly #touched: TouchedCoordinates;
  #current: AssessedSupergraph | undefined;
  #next: AssessedSupergraph | undefined;

  /** @throws GraphQLError if one of the texts is not GraphQL */
  constructor(options: ComparisonOptions) {
    const current = parse(options.current, { noLocation: true });
    const next = parse(options.next, { noLocation: true });
    this.#options = options;
    const changed = changedCoordinates(describeCoordinates(current), describeCoordinates(next));
    // What a tag or a requirement hides may hide other elements that have neither.
    this.#changed = hidesTheSame(current, next) ? changed : changed.union(new Set([wholeGraph]));
    this.#touched = new TouchedCoordinates(current);
  }

  async compare(subject: GateSubject): Promise<ComparedDocument> {
    if (this.canSkip(subject.text)) return { isSkipped: true, damage: undefined };
    return { isSkipped: false, damage: await this.examine(subject) };
  }

  /** True if the document gives the same result under both supergraphs, because it touches nothing that differs. */
  canSkip(text: string): boolean {
    if (this.#changed.size === 0) return true;
    const { maxTokens } = this.#options.settings.limits;
    let touched: ReadonlySet<string> | undefined;
    try {
      touched = this.#touched.of(parse(text, { maxTokens, noLocation: true }));
    } catch {
      return true; // not GraphQL under either
    }
    return touched?.isDisjointFrom(this.#changed) ?? false;
  }

  /** Compares without regard to what changed. */
  examine(subject: GateSubject): Promise<DocumentDamage | undefined> {
    const { current, next, settings, clients } = this.#options;
    return compareDocument(subject, {
      current: () => {
        this.#current ??= new AssessedSupergraph(current, settings);
        return this.#current;
      },
      next: () => {
        this.#next ??= new AssessedSupergraph(next, settings);
        return this.#next;
      },
      clients,
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#current?.close(), this.#next?.close()]);
  }
}
