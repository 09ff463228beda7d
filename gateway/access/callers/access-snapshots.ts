import { type AccessSnapshot, changesAfter, type SnapshotDocument } from '#shared/identity/access-snapshot.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import type { SecretList } from '#shared/identity/key-settings.ts';
import type { Log } from '#shared/runtime/log.ts';
import { noTracer, type Tracer } from '#shared/runtime/tracing/tracer.ts';
import { KnownKeys } from './known-keys.ts';
import { nothingRevoked, Standing } from './standing.ts';
import { traceSnapshot } from './trace-snapshot.ts';

/** Reads the parts of the snapshot that have changed since a version; undefined if none has. */
export type ReadSnapshot = (after: string | undefined) => Promise<AccessSnapshot | undefined>;

export interface AccessSnapshotOptions {
  readonly read: ReadSnapshot;
  /** See `hashApiKey`. */
  readonly secrets: SecretList;
  /** Milliseconds between two reads. */
  readonly intervalMs: number;
  /** Milliseconds for which a snapshot is good enough to accept API keys. */
  readonly maxAgeMs: number;
  readonly log: Log;
  /** Default: no traces. */
  readonly tracer?: Pick<Tracer, 'begin'>;
  /** Called after a snapshot with changes. */
  readonly onChange: () => void;
  /** Called with documents that were registered or retired. */
  readonly onDocuments?: (documents: readonly SnapshotDocument[]) => void;
  /** Called with the supergraphs that administrators have accepted, by hash. */
  readonly onAcceptedSupergraphs?: (hashes: readonly string[]) => void;
  readonly now?: () => number;
}

/** A program that makes several keys uses each at once. */
const catchUpsPerInterval = 20;

/** The reads for unknown keys in one interval. */
interface CatchUps {
  readonly since: number;
  readonly callers: number;
  readonly last: Promise<void> | undefined;
}

/**
 * The newest access snapshot, read again every second. If the access subgraph is away, the last good one stays in use: API keys
 * until it is too old, access tokens without limit.
 */
export class AccessSnapshots {
  readonly #options: AccessSnapshotOptions;
  readonly #now: () => number;
  #version: string | undefined;
  /** The API keys of the newest snapshot. */
  readonly keys: KnownKeys;
  #standing = new Standing(nothingRevoked);
  /** When the current snapshot was last known to be up to date. */
  #confirmedAt: number | undefined;
  #reading: Promise<void> | undefined;
  /** When the last catch-up began, and its end. */
  #catchUps: CatchUps = { since: Number.NEGATIVE_INFINITY, callers: 0, last: undefined };
  #timer: NodeJS.Timeout | undefined;
  #phase: 'new' | 'running' | 'stopped' = 'new';

  constructor(options: AccessSnapshotOptions) {
    this.#options = options;
    this.keys = new KnownKeys(options.secrets);
    this.#now = options.now ?? (() => performance.now());
  }

  /** Seconds since the snapshot was last known to be up to date; undefined before the first one. */
  get ageSeconds(): number | undefined {
    return this.#confirmedAt === undefined ? undefined : (this.#now() - this.#confirmedAt) / 1_000;
  }

  /** True if the snapshot may decide about API keys. */
  get isFresh(): boolean {
    return this.#confirmedAt !== undefined && this.#now() - this.#confirmedAt <= this.#options.maxAgeMs;
  }

  /** @throws RequestRefusal UNAUTHENTICATED */
  confirm(identity: AccountIdentity): AccountIdentity {
    return this.#standing.confirm(identity);
  }

  /** Reads the first snapshot, and from then on periodically. Never rejects. */
  async start(): Promise<void> {
    this.#phase = 'running';
    await this.refresh();
    this.#schedule();
  }

  /** Reads the snapshot now. Calls at the same time share one read. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Reads the snapshot after a change. A read that is running may have begun before it, so another one follows. Never rejects. */
  async readChange(): Promise<void> {
    await this.#reading;
    if (this.#phase === 'running') await this.refresh();
  }

  /**
   * Reads the snapshot for a key that it lacks, because the key may be new. Callers at the same time share a read. An interval has a limited
   * number of these reads, so that guessed keys do not multiply them; further callers get the last one. Never rejects.
   */
  catchUp(): Promise<void> {
    const at = this.#now();
    if (at - this.#catchUps.since >= this.#options.intervalMs)
      this.#catchUps = { since: at, callers: 0, last: undefined };
    const { callers, last } = this.#catchUps;
    if (callers >= catchUpsPerInterval && last) return last;
    const read = this.readChange();
    this.#catchUps = { since: this.#catchUps.since, callers: callers + 1, last: read };
    return read;
  }

  /** Resolves when no read is running any more. */
  async stop(): Promise<void> {
    this.#phase = 'stopped';
    clearTimeout(this.#timer);
    await this.#reading;
  }

  #schedule(): void {
    if (this.#phase !== 'running') return;
    this.#timer = setTimeout(() => void this.refresh().then(() => this.#schedule()), this.#options.intervalMs).unref();
  }

  #hasFailed = false;

  async #read(): Promise<void> {
    const { read, log, tracer = noTracer, onChange, onDocuments, onAcceptedSupergraphs } = this.#options;
    const askedAt = this.#now();
    const startedAt = performance.now();
    try {
      const snapshot = await read(this.#version === undefined ? undefined : changesAfter(this.#version));
      traceSnapshot(tracer, startedAt);
      this.#confirmedAt = askedAt;
      if (this.#hasFailed) log.info('access snapshot is read again');
      this.#hasFailed = false;
      if (!snapshot) return;
      this.#version = snapshot.version;
      this.keys.apply(snapshot, Date.now());
      if (snapshot.revocations) this.#standing = new Standing(snapshot.revocations);
      if (snapshot.documents?.length) onDocuments?.(snapshot.documents);
      if (snapshot.acceptedSupergraphs) onAcceptedSupergraphs?.(snapshot.acceptedSupergraphs);
      if (hasRevocations(snapshot)) onChange();
    } catch (error) {
      if (!this.#hasFailed) {
        traceSnapshot(tracer, startedAt, error);
        log.warn({ err: error }, 'access snapshot can not be read; the last one stays in use');
      }
      this.#hasFailed = true;
    }
  }
}

/** True if a snapshot can change what a caller may do. */
function hasRevocations({ keys, changedKeys, revocations }: AccessSnapshot): boolean {
  return Boolean(keys ?? changedKeys ?? revocations);
}
