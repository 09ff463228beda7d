import type { Identity } from '#shared/identity/identity.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { TrustedDocument } from './trusted-documents.ts';

/** When an organization, or the company, last ran a document that is registered for it. */
export interface DocumentUse {
  readonly documentId: string;
  readonly organizationId: string | null;
  readonly at: Date;
}

/** Collects when registered documents are used, and reports each at most once per interval. Holds one entry per document and owner. */
export class DocumentUses {
  readonly #send: (uses: readonly DocumentUse[]) => Promise<void>;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  /** Milliseconds of the last use by document and owner. */
  #pending = new Map<string, Map<string | null, number>>();
  #sending: Promise<void> = Promise.resolve();

  /** @param intervalMs milliseconds between two reports */
  constructor(send: (uses: readonly DocumentUse[]) => Promise<void>, log: Log, intervalMs = 60_000) {
    this.#send = send;
    this.#log = log;
    this.#timer = setInterval(() => void this.report(), intervalMs).unref();
  }

  note({ id, listings }: TrustedDocument, identity: Identity, atMs = Date.now()): void {
    const organizationId = identity.kind === 'account' ? identity.organizationId : null;
    const isOwn = organizationId !== null && listings.some((listing) => listing.organizationId === organizationId);
    const owner = isOwn ? organizationId : null;
    const byOwner = this.#pending.get(id);
    if (byOwner) byOwner.set(owner, atMs);
    else this.#pending.set(id, new Map([[owner, atMs]]));
  }

  /** Sends what was collected. What can't be sent is lost: the next use is reported again. Never rejects. */
  report(): Promise<void> {
    const uses = [...this.#pending].flatMap(([documentId, byOwner]) =>
      [...byOwner].map(([organizationId, atMs]) => ({ documentId, organizationId, at: new Date(atMs) })),
    );
    if (uses.length === 0) return this.#sending;
    this.#pending = new Map();
    this.#sending = this.#send(uses).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'uses of documents are not recorded'),
    );
    return this.#sending;
  }

  /** Reports the last uses. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.report();
  }
}
