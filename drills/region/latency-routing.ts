import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type RegionName, wayFromClients } from './distances.ts';

const seconds = z.number().positive();
const times = z.object({ interval: seconds, timeout: seconds, failures: z.int().positive(), ttl: seconds });
export type RoutingTimes = z.infer<typeof times>;

/** The figures of the plan for Terraform. */
export function readRoutingTimes(project: string): RoutingTimes {
  return times.parse(parse(readFileSync(join(project, 'infra/terraform/plan/routing/check.yaml'), 'utf8')));
}

/** Asks a region whether it is healthy. */
export type CheckRegion = (region: RegionName, signal: AbortSignal) => Promise<boolean>;

export interface RoutingOptions {
  /** Regions that latency leads clients to. */
  readonly active: readonly RegionName[];
  /** The region that takes over for another one. It gets no clients before. */
  readonly standIns: Readonly<Partial<Record<RegionName, RegionName>>>;
  readonly times: RoutingTimes;
  readonly check: CheckRegion;
}

/** What is known of a region. As many checks in a row as the plan says change it. */
interface Health {
  readonly isHealthy: boolean;
  /** Checks in a row that say otherwise. */
  readonly contrary: number;
}
const healthy: Health = { isHealthy: true, contrary: 0 };

/** Does what DNS does with the plan for Terraform: latency chooses between active regions, health checks lead away from lost ones. */
export class LatencyRouting implements Disposable {
  readonly #options: RoutingOptions;
  readonly #health = new Map<RegionName, Health>();
  readonly #timers: readonly NodeJS.Timeout[];
  #checked: (() => void)[] = [];

  constructor(options: RoutingOptions) {
    this.#options = options;
    const { active, standIns, times } = options;
    const regions = new Set([...active, ...Object.values(standIns)]);
    this.#timers = [...regions].map((region) => setInterval(() => void this.#check(region), times.interval * 1_000));
  }

  async #check(region: RegionName): Promise<void> {
    const { check, times } = this.#options;
    const isHealthy = await check(region, AbortSignal.timeout(times.timeout * 1_000)).catch(() => false);
    const known = this.#health.get(region) ?? healthy;
    const contrary = isHealthy === known.isHealthy ? 0 : known.contrary + 1;
    this.#health.set(region, contrary < times.failures ? { ...known, contrary } : { isHealthy, contrary: 0 });
    if (region !== this.#options.active[0]) return;
    for (const resolve of this.#checked.splice(0)) resolve();
  }

  /** Resolves after the next check of the first region. */
  nextCheck(): Promise<void> {
    return new Promise((resolve) => this.#checked.push(resolve));
  }

  #isHealthy(region: RegionName): boolean {
    return (this.#health.get(region) ?? healthy).isHealthy;
  }

  /** The region for clients: the nearest active one that is healthy, or whose stand-in is. */
  answer(near: RegionName): RegionName {
    const { active, standIns } = this.#options;
    const byDistance = active.toSorted((one, other) => wayFromClients(near, one) - wayFromClients(near, other));
    const found = byDistance
      .map((region) => [region, standIns[region]].find((one) => one !== undefined && this.#isHealthy(one)))
      .find((one) => one !== undefined);
    return found ?? byDistance[0] ?? near;
  }

  /** How clients beside a region resolve the name of the service: they keep an answer for its time to live. */
  resolver(near: RegionName): () => RegionName {
    let kept = this.answer(near);
    let until = 0;
    return () => {
      if (Date.now() < until) return kept;
      kept = this.answer(near);
      until = Date.now() + this.#options.times.ttl * 1_000;
      return kept;
    };
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
