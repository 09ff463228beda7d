import { budgetOwner } from '#shared/identity/budget-owner.ts';
import { type AccountIdentity, apiKeyIdOf, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/runtime/log.ts';

/** What requests of one owner, API key and document have cost on one UTC day. */
export interface UsageSum {
  /** Start of the day. */
  readonly day: string;
  /** The organization that pays, or the account if it has none. */
  readonly ownerId: string;
  /** Null for people. */
  readonly apiKeyId: string | null;
  /** SHA-256 of a registered document; null for others. */
  readonly documentId: string | null;
  points: number;
  /** Refused ones included. */
  requests: number;
  refusals: number;
}

export interface UsageReport {
  readonly gatewayId: string;
  /** One more than that of the last report. */
  readonly sequence: number;
  readonly sums: readonly UsageSum[];
}

export type UsageCounts = Partial<Pick<UsageSum, 'points' | 'requests' | 'refusals'>>;

const dayMs = 86_400_000;
/** Sums that wait for a report. Beyond them, those of a new document or key are added to those of no document and no key. */
const maxSums = 20_000;

/**
 * Adds up what callers spend, and reports it periodically. A report is repeated until the access subgraph has confirmed it, and the subgraph counts it
 * once. A gateway that is killed loses what it has counted since its last report.
 */
export class Usage {
  readonly #gatewayId = newId();
  readonly #send: (report: UsageReport) => Promise<void>;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #sums = new Map<string, UsageSum>();
  /** The sums by document and identity, so that a request makes no key. */
  #found = new Map<string | null, Map<AccountIdentity, UsageSum>>();
  #sequence = 0;
  /** The report that is not confirmed. */
  #unconfirmed: UsageReport | undefined;
  #sending: Promise<void> | undefined;

  /** @param intervalMs milliseconds between two reports */
  constructor(send: (report: UsageReport) => Promise<void>, log: Log, intervalMs = 10_000) {
    this.#send = send;
    this.#log = log;
    this.#timer = setInterval(() => void this.report(), intervalMs).unref();
  }

  /** Anonymous callers have no figures. */
  count(identity: Identity, documentId: string | null, { points = 0, requests = 0, refusals = 0 }: UsageCounts): void {
    if (identity.kind !== 'account') return;
    const sum = this.#find(identity, documentId);
    sum.points += points;
    sum.requests += requests;
    sum.refusals += refusals;
  }

  /** Sends what was counted. What can't be sent is sent again with the next call. Never rejects. */
  report(): Promise<void> {
    this.#sending ??= this.#report().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Reports what was counted last. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.report();
  }

  #find(identity: AccountIdentity, documentId: string | null): UsageSum {
    const day = Math.floor(Date.now() / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#found = new Map();
    }
    const found = this.#found.get(documentId) ?? new Map<AccountIdentity, UsageSum>();
    const known = found.get(identity);
    if (known) return known;
    const sum = this.#sumOf(day, budgetOwner(identity).id, apiKeyIdOf(identity), documentId);
    this.#found.set(documentId, found.set(identity, sum));
    return sum;
  }
  #day = 0;

  #sumOf(day: number, ownerId: string, apiKeyId: string | null, documentId: string | null): UsageSum {
    const key = `${day} ${ownerId} ${apiKeyId} ${documentId}`;
    const known = this.#sums.get(key);
    if (known) return known;
    const isWhole = apiKeyId === null && documentId === null;
    if (this.#sums.size >= maxSums && !isWhole) return this.#sumOf(day, ownerId, null, null);
    const start = new Date(day * dayMs).toISOString();
    const sum = { day: start, ownerId, apiKeyId, documentId, points: 0, requests: 0, refusals: 0 };
    this.#sums.set(key, sum);
    return sum;
  }

  async #report(): Promise<void> {
    try {
      if (this.#unconfirmed) await this.#send(this.#unconfirmed);
      this.#unconfirmed = undefined;
      if (this.#sums.size === 0) return;
      this.#sequence += 1;
      this.#unconfirmed = { gatewayId: this.#gatewayId, sequence: this.#sequence, sums: [...this.#sums.values()] };
      this.#sums = new Map();
      this.#found = new Map();
      await this.#send(this.#unconfirmed);
      this.#unconfirmed = undefined;
    } catch (error) {
      this.#log.warn({ err: error }, 'the usage of callers is not recorded yet');
    }
  }
}
