import { sharedCheck } from './shared-check.ts';

export type PartStatus = 'up' | 'degraded' | 'down';

/** A dependency of a process, such as a database or Redis, or an activity of it, such as `seeding`. */
export interface HealthPart {
  readonly name: string;
  readonly status: PartStatus;
  /** When the part got this status, in ISO 8601. */
  readonly since: string;
  /** Why the part is not up, for operators and without messages of drivers; null while it is up. */
  readonly reason: string | null;
}

/** The health parts of one process or subgraph. The owner of a part sets it, `/health` reads all parts. */
export class Health {
  readonly #parts = new Map<string, HealthPart>();
  readonly #clock: () => Date;
  readonly #process: Health | undefined;
  readonly #checks: (() => Promise<void>)[] = [];

  /** @param process health of the process that runs the subgraph; its parts are shown too */
  constructor(clock: () => Date = () => new Date(), process?: Health) {
    this.#clock = clock;
    this.#process = process;
  }

  /** Sets a part. Its `since` changes only with its status. */
  set(name: string, status: PartStatus, reason: string | null = null): void {
    const known = this.#parts.get(name);
    const since = known?.status === status ? known.since : this.#clock().toISOString();
    this.#parts.set(name, { name, status, since, reason: status === 'up' ? null : reason });
  }

  /** Adds a check that updates parts before they are read, at most once per second. */
  addCheck(check: () => Promise<void>): void {
    this.#checks.push(sharedCheck(check));
  }

  /** Removes a part that has ended, such as a finished load. */
  remove(name: string): void {
    this.#parts.delete(name);
  }

  /** Runs the checks and returns the parts. A check that fails does not change its parts. */
  async check(): Promise<readonly HealthPart[]> {
    await Promise.allSettled([this.#process?.check(), ...this.#checks.map((check) => check())]);
    return this.parts();
  }

  parts(): readonly HealthPart[] {
    return [...(this.#process?.parts() ?? []), ...this.#parts.values()];
  }
}

export type HealthStatus = 'ready' | 'degraded';

/** `ready` if every part is up. */
export function statusOf(parts: readonly HealthPart[]): HealthStatus {
  return parts.every(({ status }) => status === 'up') ? 'ready' : 'degraded';
}
