import type { Database } from '../database/database.ts';
import { errorMessage } from '../errors/error-code.ts';
import { findOutage } from '../errors/outage.ts';
import { newId } from '../ids.ts';
import type { Log } from '../runtime/log.ts';
import type { SlowStatements } from '../runtime/slow-statements.ts';
import { runAs } from '../runtime/tracing/current-work.ts';
import { noTracer, type Tracer } from '../runtime/tracing/tracer.ts';
import type { Chore } from './chore.ts';
import { ChoreClaims } from './chore-claims.ts';
import { ChoreTraces } from './chore-traces.ts';

/** Is told about the chores of this process. */
export interface ChoreObserver {
  /** This process takes its turn at a chore. */
  scheduled(chore: Pick<Chore, 'name' | 'everyMs'>): void;
  /** When a chore last succeeded in any process, in seconds since 1970. */
  succeeded(chore: string, at: number): void;
  /** This process has run a chore. */
  ran(chore: string, outcome: 'succeeded' | 'failed'): void;
}

export interface ChoreServices {
  readonly database: Pick<Database, 'fork'>;
  readonly log: Log;
  readonly slowStatements?: SlowStatements;
  readonly tracer?: Pick<Tracer, 'begin'>;
}

export interface ChoreTimes {
  /** Milliseconds after which another process takes over from one that has died. */
  readonly leaseMs: number;
  /** Milliseconds after which another process takes over from one whose run does not end. */
  readonly longestRunMs: number;
  /** Longest time between two looks at the table of chores. */
  readonly lookMs: number;
}

const defaultTimes: ChoreTimes = { leaseMs: 30_000, longestRunMs: 900_000, lookMs: 15_000 };
/** Shortest time between two looks at the table, if another process is late with what is due. */
const pauseMs = 100;
const unobserved: ChoreObserver = { scheduled: () => {}, succeeded: () => {}, ran: () => {} };

/** Takes turns with the other processes of a subgraph at its chores, until it is closed. */
export class Chores {
  readonly #chores: ReadonlyMap<string, Chore>;
  readonly #services: ChoreServices;
  readonly #observer: ChoreObserver;
  readonly #times: ChoreTimes;
  readonly #claims: ChoreClaims;
  readonly #traces: ChoreTraces;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failing = new Set<string>();
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    chores: readonly Chore[],
    services: ChoreServices,
    observer: ChoreObserver = unobserved,
    times: ChoreTimes = defaultTimes,
  ) {
    this.#chores = new Map(chores.map((chore) => [chore.name, chore]));
    this.#services = services;
    this.#observer = observer;
    this.#times = times;
    this.#traces = new ChoreTraces(services.tracer ?? noTracer);
    this.#claims = new ChoreClaims(services.database, chores, newId(), times.leaseMs);
  }

  start(): void {
    for (const chore of this.#chores.values()) this.#observer.scheduled(chore);
    if (this.#chores.size > 0) this.#begin();
  }

  /** Waits for what is running. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ending.abort();
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#running.values());
  }

  #begin(): void {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#begin(), ms).unref();
  }

  /** Claims what is due and begins it. */
  async #look(): Promise<void> {
    const { lookMs } = this.#times;
    let nextMs = lookMs;
    try {
      for (const { name, isClaimed, succeededAt, dueInMs } of await this.#claims.claim([...this.#running.keys()])) {
        this.#observer.succeeded(name, succeededAt);
        const chore = this.#chores.get(name);
        if (chore && isClaimed) this.#running.set(name, this.#run(chore));
        else if (!this.#running.has(name)) nextMs = Math.min(nextMs, Math.max(dueInMs, pauseMs));
      }
      this.#failing.delete('');
    } catch (error) {
      this.#logOnce('', error, 'the table of chores can not be read; it will be tried again');
    }
    this.#lookIn(nextMs);
  }

  async #run(chore: Chore): Promise<void> {
    const { name } = chore;
    const { database, log, slowStatements } = this.#services;
    const release = this.#keep(name);
    try {
      await runAs({ onStatement: slowStatements?.watch(`chore ${name}`) }, () =>
        this.#traces.run(name, () => chore.run(database.fork(), log, this.#ending.signal)),
      );
      this.#failing.delete(name);
      this.#observer.ran(name, 'succeeded');
      await this.#claims.settle(chore, 'succeeded');
    } catch (error) {
      this.#observer.ran(name, 'failed');
      this.#logOnce(name, error, 'a chore failed; it will be tried again');
      await this.#claims.settle(chore, 'failed').catch(() => {}); // the claim ends by itself
    } finally {
      release();
      this.#running.delete(name);
      if (!this.#looking) this.#lookIn(Math.min(chore.everyMs, this.#times.lookMs));
    }
  }

  /** Renews the claim on a chore while it runs. @returns ends this */
  #keep(name: string): () => void {
    const { leaseMs, longestRunMs } = this.#times;
    const endsAt = performance.now() + longestRunMs;
    const renewing = setInterval(() => {
      if (performance.now() > endsAt) return clearInterval(renewing);
      this.#claims.renew(name).catch(() => {}); // the next renewal may be in time
    }, leaseMs / 3).unref();
    return () => clearInterval(renewing);
  }

  /** Logs the first failure in a row. A database that is late or away, as while many processes start, has no stack of interest. */
  #logOnce(name: string, error: unknown, message: string): void {
    const cause = findOutage(error) === undefined ? { err: error } : { reason: errorMessage(error) };
    if (!this.#failing.has(name)) this.#services.log.warn({ ...cause, ...(name && { chore: name }) }, message);
    this.#failing.add(name);
  }
}
