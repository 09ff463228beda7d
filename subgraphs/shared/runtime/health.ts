import { sharedCheck } from './shared-check.ts';

export type PartStatus = 'up' | 'degraded' | 'down';

/** One thing that a process needs (a database, Redis) or does (`seeding`), as its health shows it to operators. */
export interface HealthPart {
  readonly name: string;
  readonly status: PartStatus;
  /** When the part took on this status, in ISO 8601. */
  readonly since: string;
  /** Why the part is not up, in plain words and without a driver's message; null while it is up. */
  readonly reason: string | null;
}

/** The parts of one process or subgraph. Whoever owns a part sets it; `/health` reads them all. */
export class Health {
  readonly #parts = new Map<string, HealthPart>();
  readonly #clock: () => Date;
  readonly #process: Health | undefined;
  readonly #checks: (() => Promise<void>)[] = [];

  /** @param process health of the process around a subgraph, whose parts are shown with the subgraph's own */
  constructor(clock: () => Date = () => new Date(), process?: Health) {
    this.#clock = clock;
    this.#process = process;
  }

  /** Sets a part; its `since` moves only when its status changes. */
  set(name: string, status: PartStatus, reason: string | null = null): void {
    const known = this.#parts.get(name);
    const since = known?.status === status ? known.since : this.#clock().toISOString();
    this.#parts.set(name, { name, status, since, reason: status === 'up' ? null : reason });
  }

  /** Adds a check that sets parts before they are shown, at most once per second. */
  addCheck(check: () => Promise<void>): void {
    this.#checks.push(sharedCheck(check));
  }

  /** Removes a part that has come to its end, such as a finished load. */
  remove(name: string): void {
    this.#parts.delete(name);
  }

  /** The parts after their checks. A check that fails leaves its parts as they are. */
  async check(): Promise<readonly HealthPart[]> {
    await Promise.allSettled([this.#process?.check(), ...this.#checks.map((check) => check())]);
    return this.parts();
  }

  parts(): readonly HealthPart[] {
    return [...(this.#process?.parts() ?? []), ...this.#parts.values()];
  }
}

export type HealthStatus = 'ready' | 'degraded';

/** `ready` when every part is up. */
export function statusOf(parts: readonly HealthPart[]): HealthStatus {
  return parts.every(({ status }) => status === 'up') ? 'ready' : 'degraded';
}
