import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DocumentNode } from 'graphql';
import { maxPlannedDocuments } from '#shared/identity/stored-plan.ts';
import type { TrustedDocument, TrustedDocuments } from '../access/documents/trusted-documents.ts';
import type { Grants } from '../engine/authorization/requirements.ts';
import { mentionsDefer } from '../engine/document/defer.ts';
import type { Engine } from '../engine/engine.ts';
import type { AudienceViews } from './audience-views.ts';
import type { StoredPlans } from './stored-plans.ts';

export interface DocumentPreparationOptions {
  readonly trusted: TrustedDocuments;
  readonly views: AudienceViews;
  /** Undefined under `--engine apollo`: documents are then validated, but not planned. */
  readonly engine: Engine | undefined;
  /** Plans that gateways share; undefined without our access subgraph. */
  readonly plans: StoredPlans | undefined;
  /** What each kind of client may see. A plan is made for each. */
  readonly clients: readonly Grants[];
  /** Called for each document that this supergraph cannot serve. */
  readonly onUnservable: (document: TrustedDocument, reason: string) => void;
}

/** Documents whose stored plans are read at once. */
const batchSize = maxPlannedDocuments;

/** Validates and plans trusted documents for one supergraph, one per turn of the event loop, so that requests need to do neither. */
export class DocumentPreparation {
  readonly #options: DocumentPreparationOptions;
  readonly #waiting = new Set<TrustedDocument>();
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: DocumentPreparationOptions) {
    this.#options = options;
  }

  /** Prepares further documents. */
  add(documents: Iterable<TrustedDocument>): void {
    for (const document of documents) this.#waiting.add(document);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no document waits. */
  async whenDone(): Promise<void> {
    await this.#running;
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
  }

  async #run(): Promise<void> {
    const { plans } = this.#options;
    for (;;) {
      // Documents that are added meanwhile come last.
      const batch = [...this.#waiting.values().take(batchSize)];
      if (batch.length === 0) return;
      await plans?.load(batch);
      for (const next of batch) {
        if (!this.#waiting.delete(next)) continue; // stopped
        await nextTurn();
        plans?.begin(next);
        await this.#prepare(next);
      }
      await plans?.save();
    }
  }

  async #prepare(document: TrustedDocument): Promise<void> {
    const { trusted, views, onUnservable } = this.#options;
    // It was removed while it waited.
    if (!trusted.find(document.id)) return;
    const source = trusted.textOf(document.id);
    const [checked] = [...views.all()].map(({ documents }) => documents.trust(document.id, source));
    if (!checked) return;
    if (checked.kind !== 'valid') {
      const message = checked.kind === 'refused' ? checked.error.message : checked.errors[0]?.message;
      onUnservable(document, message ?? 'The document is invalid.');
      return;
    }
    try {
      for (const { name } of checked.operations) await this.#plan(source, checked.document, name?.value);
    } catch (error) {
      if (!this.#isStopped) onUnservable(document, error instanceof Error ? error.message : String(error));
    }
  }

  async #plan(source: string, document: DocumentNode, operationName: string | undefined): Promise<void> {
    const { engine, clients } = this.#options;
    const request = { source, document, operationName, isTrusted: true };
    await engine?.planAhead(request, clients);
    if (mentionsDefer(source)) await engine?.planAhead({ ...request, incremental: true }, clients);
  }
}
