import pg from 'pg';
import type { LogPosition } from '../../identity/log-position.ts';
import type { ServerPosition } from './server-position.ts';

/** Why the primary answers a read that a standby could answer. */
export const fallbackReasons = [
  /** The standby does not answer, or is no standby. */
  'standby_away',
  /** The caller has written something that the standby has not replayed yet. */
  'own_write',
  /** The standby is too far behind the primary. */
  'lag',
  /** The standby lost or refused the statement, for example because of a conflict with recovery. */
  'statement',
] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

interface Sample {
  readonly position: LogPosition;
  /** Milliseconds of the clock. */
  readonly at: number;
}

interface WatchOptions {
  readonly primary: () => Promise<ServerPosition>;
  readonly standby: () => Promise<ServerPosition>;
  /** A standby that is further behind does not answer while the primary can. */
  readonly maxLagMs: number;
  /** Bytes that the primary has sent to others. */
  readonly received: () => number;
  /** Called when the primary is silent: it neither answers nor refuses for some seconds. Called again when it is no longer so. */
  readonly onPrimary: (isSilent: boolean) => void;
  /** Called when the standby no longer answers, and when it answers again. */
  readonly onStandby: (isAway: boolean) => void;
  /** Called when another server answers for the standby. */
  readonly onOtherServer: () => void;
  readonly now?: () => number;
}

/** Milliseconds between two samples. */
const sampleMs = 1_000;
/** Samples without any answer after which the primary is silent: it may stall for a moment. */
const silentSamples = 5;
/** Samples in a row that the standby may miss while the primary is away, too: nobody else could answer. */
const missedWithoutPrimary = 3;
/** Positions of the primary that the standby has not replayed yet. More are as bad: the lag is longer than any limit. */
const maxWaiting = 60;

/**
 * Samples the positions of primary and standby. The lag is the age of the latest position of the primary that the standby has replayed, so that
 * it needs no clock but that of this process, and does not grow while nobody writes.
 */
export class ReplicationWatch {
  readonly #options: WatchOptions;
  readonly #now: () => number;
  #standby: LogPosition | undefined;
  /** The server whose position is known. */
  server: string | undefined;
  #isPrimaryAway = false;
  /** Samples in a row to which the primary said nothing. */
  #unanswered = 0;
  /** What the primary had sent at the latest of them. */
  #received = 0;
  /** Samples in a row that the standby has missed. */
  #missed = 0;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #caughtUpAt = Number.NEGATIVE_INFINITY;
  #waiting: Sample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sampling: Promise<void> | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Resolves after the first sample. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.sample(), sampleMs).unref();
    await this.sample();
  }

  /** A sample that takes longer than the interval is not repeated meanwhile. Never rejects. */
  sample(): Promise<void> {
    this.#sampling ??= this.#sample().finally(() => {
      this.#sampling = undefined;
    });
    return this.#sampling;
  }

  async #sample(): Promise<void> {
    const at = this.#now();
    // The primary first: the standby has then had time to replay that position.
    const primary = await this.#options.primary().catch((error: unknown) => this.#miss(error));
    const standby = await this.#options.standby().catch(() => undefined);
    this.#isPrimaryAway = primary === undefined;
    this.#sampledAt = at;
    if (primary) this.#hear();
    if (primary) this.#waiting = [...this.#waiting, { position: primary.position, at }].slice(-maxWaiting);
    if (standby && standby.server !== this.server) {
      this.server = standby.server;
      this.#options.onOtherServer();
    }
    this.#missed = standby ? 0 : this.#missed + 1;
    if (this.isAlone && this.#missed > 0 && this.#missed < missedWithoutPrimary) return;
    // A standby that was promoted answers as well, until the name of the primary leads to it.
    const mayAnswer = standby?.isStandby || this.#isPrimaryAway;
    this.#setStandby(mayAnswer ? standby?.position : undefined);
    const replayed = this.#standby ?? '';
    this.#caughtUpAt = this.#waiting.findLast(({ position }) => position <= replayed)?.at ?? this.#caughtUpAt;
    this.#waiting = this.#waiting.filter(({ position }) => position > replayed);
  }

  /** @param error of a sample. A server that refuses by an error of its own is there, and refuses statements as well. */
  #miss(error: unknown): undefined {
    const received = this.#options.received();
    const isThere = error instanceof pg.DatabaseError || received !== this.#received;
    this.#received = received;
    if (isThere) this.#hear();
    else if (++this.#unanswered === silentSamples) this.#options.onPrimary(true);
  }

  #hear(): void {
    const wasSilent = this.#unanswered >= silentSamples;
    this.#unanswered = 0;
    if (wasSilent) this.#options.onPrimary(false);
  }

  /** The standby is away until it answers the next sample. One that nobody could replace stays in use. */
  lose(): void {
    if (!this.isAlone) this.#setStandby(undefined);
  }

  #setStandby(position: LogPosition | undefined): void {
    const wasAway = this.#standby === undefined;
    this.#standby = position;
    const isAway = position === undefined;
    if (isAway !== wasAway) this.#options.onStandby(isAway);
  }

  /** True while the standby answers. */
  get isUp(): boolean {
    return this.#standby !== undefined;
  }

  /** True while the standby answers and the primary does not. */
  get isAlone(): boolean {
    return this.isUp && this.#isPrimaryAway;
  }

  /** Milliseconds by which the standby is behind, at most one interval too many; infinite if unknown. */
  get lagMs(): number {
    return this.#now() - this.#caughtUpAt;
  }

  /**
   * Why the standby may not answer a read of a caller; undefined if it may. Without a primary its age does not matter: an old answer is better
   * than none. The lag is that of the latest sample: a primary that does not answer the next one does not make the standby late.
   */
  fallback(readAfter: LogPosition): FallbackReason | undefined {
    if (this.#standby === undefined) return 'standby_away';
    if (this.#standby < readAfter) return 'own_write';
    const lagMs = this.#sampledAt - this.#caughtUpAt;
    return lagMs > this.#options.maxLagMs && !this.#isPrimaryAway ? 'lag' : undefined;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sampling;
  }
}
