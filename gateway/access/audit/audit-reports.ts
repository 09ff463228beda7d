import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/runtime/log.ts';

/** The response to a mutation. */
export interface AuditedResponse {
  readonly requestId: string;
  /** Of its body, in hexadecimal. */
  readonly sha256: string;
  readonly status: number;
  readonly at: Date;
}

/** A refused request. */
export interface AuditedRefusal {
  /** `account` or `key` with its id, or `network` with that of an anonymous client. */
  readonly caller: string;
  readonly code: string;
  readonly operationName: string | null;
  readonly documentId: string | null;
  readonly requestId: string;
}

/** How often a caller was refused with a code within a minute, and one of these requests. */
export interface RefusalCount extends AuditedRefusal {
  readonly minute: Date;
  count: number;
}

export interface AuditReport {
  /** The access subgraph takes each report once. */
  readonly reportId: string;
  readonly responses: readonly AuditedResponse[];
  readonly refusals: readonly RefusalCount[];
}

const minuteMs = 60_000;
/** Responses and counts that wait for a report. Beyond them, hashes of responses are dropped, and refusals of new callers count for `others`. */
const maxResponses = 10_000;
const maxCounts = 1_000;

/**
 * Collects hashes of responses to mutations and counts of refusals for the audit trail, and reports them each half second. A report is repeated
 * until the access subgraph has confirmed it. A gateway that is killed loses what it has collected since its last report, at most a second; changes are
 * recorded by the subgraphs themselves.
 */
export class AuditReports {
  readonly #send: (report: AuditReport) => Promise<void>;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #responses: AuditedResponse[] = [];
  #counts = new Map<string, RefusalCount>();
  /** The report that is not confirmed. */
  #unconfirmed: AuditReport | undefined;
  #sending: Promise<void> | undefined;
  #isFailing = false;

  /** @param intervalMs milliseconds between two reports */
  constructor(send: (report: AuditReport) => Promise<void>, log: Log, intervalMs = 500) {
    this.#send = send;
    this.#log = log;
    this.#timer = setInterval(() => void this.report(), intervalMs).unref();
  }

  addResponse(response: AuditedResponse): void {
    if (this.#responses.length < maxResponses) this.#responses.push(response);
  }

  addRefusal(refusal: AuditedRefusal, at = new Date()): void {
    const minute = new Date(Math.floor(at.getTime() / minuteMs) * minuteMs);
    const key = `${minute.getTime()} ${refusal.code} ${refusal.caller}`;
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else if (this.#counts.size < maxCounts || refusal.caller === 'others')
      this.#counts.set(key, { ...refusal, minute, count: 1 });
    else this.addRefusal({ ...refusal, caller: 'others' }, at);
  }

  /** Sends what was collected. What can't be sent is sent again with the next call. Never rejects. */
  report(): Promise<void> {
    this.#sending ??= this.#report().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Reports what was collected last. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.report();
  }

  async #report(): Promise<void> {
    try {
      if (this.#unconfirmed) await this.#send(this.#unconfirmed);
      this.#unconfirmed = this.#take();
      if (this.#unconfirmed) await this.#send(this.#unconfirmed);
      this.#unconfirmed = undefined;
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.warn({ err: error }, 'refusals and hashes of responses are not recorded yet');
      this.#isFailing = true;
    }
  }

  #take(): AuditReport | undefined {
    if (this.#responses.length === 0 && this.#counts.size === 0) return undefined;
    const report = { reportId: newId(), responses: this.#responses, refusals: [...this.#counts.values()] };
    this.#responses = [];
    this.#counts = new Map();
    return report;
  }
}
