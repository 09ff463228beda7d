import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { GraphFailure } from '../client/graph-failure.ts';
import { post } from '../client/post.ts';
import { parseRetryAfter } from '../client/retry-after.ts';
import { awayCodes, type DrillCase } from './drill.ts';
import { graphUrl, type Operator } from './operator.ts';
import { partnerDocumentId } from './partner-document.ts';
import { sampleShipment } from './sample-shipment.ts';
import { readWrites, type Write } from './writes.ts';

const writers = 8;
const pauseMs = 100;

/** Where writers send their requests, and for how long they wait for a response. */
export interface GraphService {
  /** Asked before each request, as a client resolves a name. */
  url(): string;
  readonly timeoutMs: number;
}
const ownEdge: GraphService = { url: () => graphUrl, timeoutMs: 10_000 };

const written = z.object({ createShipment: z.object({ shipment: z.object({ id: z.string() }) }) });

type Headers = Operator['callers'][number];

/** One attempt of a client: what it sent, when, and what came back. */
interface Attempt {
  readonly begunAt: number;
  readonly endedAt: number;
  /** Undefined for an acknowledged write. */
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;
}

/**
 * Writers that create shipments with unique keys through the graph and note what was acknowledged. A refused write is sent again with the
 * same key until it is acknowledged, as a careful client does.
 */
export class Ledger {
  readonly #operator: Operator;
  readonly #name: string;
  readonly #attempts: Attempt[] = [];
  /** The record that the graph named, and when, by key. */
  readonly #acknowledged = new Map<string, { readonly id: string; readonly at: number }>();
  readonly #stopping = new AbortController();
  readonly #callers: Operator['callers'];
  readonly #service: GraphService;
  readonly #running: readonly Promise<void>[];
  readonly #documentId = partnerDocumentId('CreateShipment');
  #next = 0;

  /** @param name unique among the cases of a drill; the keys begin with it */
  constructor(operator: Operator, name: string, service = ownEdge) {
    this.#service = service;
    this.#operator = operator;
    this.#name = name;
    this.#callers = operator.callers;
    this.#running = Array.from({ length: writers }, () => this.#write());
  }

  /** Resolves when this many writes are acknowledged. */
  async acknowledge(wanted: number, timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (this.#acknowledged.size < wanted) {
      if (Date.now() > until)
        throw new Error(`${this.#describe()} after ${timeoutMs / 1_000} s; ${wanted} were expected.`);
      await delay(20);
    }
  }

  /** Resolves when this many requests are refused from now on. */
  async refuse(wanted: number, timeoutMs: number): Promise<void> {
    const from = this.#attempts.length;
    const until = Date.now() + timeoutMs;
    while (this.#attempts.slice(from).filter(({ code }) => code !== undefined).length < wanted) {
      if (Date.now() > until)
        throw new Error(`Too few requests are refused after ${timeoutMs / 1_000} s: ${this.#describe()}.`);
      await delay(100);
    }
  }

  #describe(): string {
    const codes = countBy(this.#attempts.slice(-100).map(({ code }) => code ?? 'acknowledged'));
    return `${this.#acknowledged.size} writes are acknowledged (last responses: ${JSON.stringify(codes)})`;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** True if the graph has acknowledged this record. */
  hasAcknowledged(id: string): boolean {
    return [...this.#acknowledged.values()].some((one) => one.id === id);
  }

  /** The records of these writers in a database. */
  writesIn(databaseUrl: string): Promise<readonly Write[]> {
    return readWrites(databaseUrl, `drill-${this.#name}-`);
  }

  async #write(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const number = this.#next++;
      const key = `drill-${this.#name}-${number}`;
      const headers = this.#callers[number % this.#callers.length] ?? {};
      while (!(await this.#attempt(key, headers))) await delay(pauseMs);
    }
  }

  async #attempt(key: string, headers: Headers): Promise<boolean> {
    const begunAt = Date.now();
    const { id, code, retryAfter } = await this.#send(key, headers);
    const endedAt = Date.now();
    this.#attempts.push({ begunAt, endedAt, code, retryAfter });
    if (id !== undefined) this.#acknowledged.set(key, { id, at: endedAt });
    return id !== undefined;
  }

  async #send(key: string, headers: Headers): Promise<Pick<Attempt, 'code' | 'retryAfter'> & { readonly id?: string }> {
    const { organizationId } = this.#operator;
    const variables = { input: { ...sampleShipment, idempotencyKey: key, customerReference: key, organizationId } };
    try {
      const body = JSON.stringify({ documentId: this.#documentId, variables });
      const { timeoutMs } = this.#service;
      const response = await post<unknown>(this.#service.url(), body, { headers, timeoutMs });
      const { data } = written.safeParse(response.data);
      if (data) return { id: data.createShipment.shipment.id, code: undefined, retryAfter: undefined };
      const [error] = response.errors;
      const code = error?.extensions.code ?? 'USER_ERROR';
      const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'));
      return { code, retryAfter: retryAfterMs === undefined ? undefined : retryAfterMs / 1_000 };
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      return { code: error.code, retryAfter: undefined };
    }
  }

  /** Resolves when a write that was begun after this moment is acknowledged. */
  async acknowledgedAfter(moment: number, timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (this.#firstAckAfter(moment) === undefined) {
      if (Date.now() > until)
        throw new Error(`No write after the fault: ${this.#describe()} after ${timeoutMs / 1_000} s.`);
      await delay(20);
    }
  }

  /** Number of requests with this code that were begun after a moment. */
  countAfter(moment: number, code: string): number {
    return this.#attempts.filter((one) => one.begunAt >= moment && one.code === code).length;
  }

  #firstAckAfter(moment: number): Attempt | undefined {
    return this.#attempts.find(({ begunAt, code }) => begunAt >= moment && code === undefined);
  }

  #msTo(attempt: Attempt | undefined, moment: number): number {
    return attempt ? attempt.endedAt - moment : Number.POSITIVE_INFINITY;
  }

  /** Ends the writers once every begun write is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /**
   * Compares what was acknowledged with the database.
   * @param faultAt milliseconds since the epoch
   * @param databaseUrl of a role that reads shipments
   * @param mendedAt the moment at which the fault was ended
   */
  async settle(faultAt: number, databaseUrl: string, mendedAt = faultAt): Promise<DrillCase> {
    const writes = await this.writesIn(databaseUrl);
    const ids = new Set(writes.map(({ id }) => id));
    const counts = Object.values(countBy(writes.map(({ reference }) => reference)));
    const failed = this.#attempts.filter(({ code, endedAt }) => code !== undefined && endedAt >= faultAt);
    const detectedAt = failed[0]?.endedAt;
    const lost = [...this.#acknowledged].filter(([, { id }]) => !ids.has(id));
    return {
      name: this.#name,
      detectedMs: detectedAt === undefined ? null : detectedAt - faultAt,
      failingMs: (failed.at(-1)?.endedAt ?? 0) - (detectedAt ?? 0),
      firstAckMs: this.#msTo(this.#firstAckAfter(faultAt), faultAt),
      recoveryMs: this.#msTo(this.#firstAckAfter(mendedAt), mendedAt),
      acknowledged: this.#acknowledged.size,
      lost: lost.length,
      lostWrites: lost.map(([key, { at }]) => ({ key, ageMs: faultAt - at })),
      doubled: counts.filter((count) => count > 1).length,
      clientCodes: countBy(failed.map(({ code }) => String(code))),
      withoutRetryAfter: failed.filter(({ code, retryAfter }) => isAway(code) && retryAfter === undefined).length,
      retryAfter: [...new Set(failed.flatMap(({ retryAfter }) => retryAfter ?? []))].toSorted(
        (one, other) => one - other,
      ),
    };
  }
}

const isAway = (code: string | undefined): boolean => code !== undefined && awayCodes.has(code);

function countBy(texts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
