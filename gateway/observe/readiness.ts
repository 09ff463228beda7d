import { Health, type HealthPart } from '#shared/runtime/health.ts';
import type { Log } from '#shared/runtime/log.ts';
import { ClockWatch } from './clock-watch.ts';
import { mergeParts, type ReportedPart } from './merge-parts.ts';
import type { Reports, SubgraphHealth } from './subgraph-health.ts';

/** Phases in the life of a gateway. */
export type Phase = 'starting' | 'serving' | 'draining';

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unavailable' | Exclude<Phase, 'serving'>;
  readonly parts: readonly HealthPart[];
}

export interface ReadinessOptions {
  readonly phase: () => Phase;
  /** Subgraphs of the current supergraph; undefined while no supergraph is loaded. */
  readonly subgraphs: () => Readonly<Record<string, { readonly url: string }>> | undefined;
  readonly health: SubgraphHealth;
  readonly log: Log;
}

/** Checks whether the gateway can serve requests, and which parts are missing. */
export class ReadinessCheck {
  readonly #options: ReadinessOptions;
  /** Records the time since when each subgraph has its status. */
  readonly #subgraphs = new Health();
  readonly #clock: ClockWatch;

  constructor(options: ReadinessOptions) {
    this.#options = options;
    this.#clock = new ClockWatch(options.log);
  }

  /** @param isDetailed true for operators: the parts then name subgraphs */
  async read(isDetailed: boolean): Promise<Readiness> {
    const { phase, subgraphs, health } = this.#options;
    const now = phase();
    if (now !== 'serving') return { status: now, parts: [] };
    const served = subgraphs();
    if (!served) return { status: 'unavailable', parts: [] };
    const reports = await health.check(served);
    const own = this.#partsOfSubgraphs(reports);
    const reported = [...this.#clock.parts(reports), ...listReported(reports)];
    const parts = [...(isDetailed ? own : summarize(own)), ...mergeParts(reported, isDetailed)];
    if (own.length > 0 && own.every(({ status }) => status === 'down')) return { status: 'unavailable', parts };
    const isReady = parts.every(({ status }) => status === 'up');
    return { status: isReady ? 'ready' : 'degraded', parts };
  }

  #partsOfSubgraphs(reports: Reports): readonly HealthPart[] {
    for (const [name, { isUp, parts }] of reports) {
      if (!isUp) this.#subgraphs.set(name, 'down', joinReasons(parts) || 'The subgraph does not respond.');
      else if (parts.some(({ status }) => status !== 'up')) this.#subgraphs.set(name, 'degraded', joinReasons(parts));
      else this.#subgraphs.set(name, 'up');
    }
    // A reload may have removed a subgraph.
    for (const { name } of this.#subgraphs.parts()) if (!reports.has(name)) this.#subgraphs.remove(name);
    return this.#subgraphs.parts();
  }
}

/** Makes the public part `subgraphs`, which states how many of them respond. */
function summarize(subgraphs: readonly HealthPart[]): readonly HealthPart[] {
  const down = subgraphs.filter(({ status }) => status === 'down');
  const since = subgraphs.map((part) => part.since).toSorted();
  if (down.length === 0) return [{ name: 'subgraphs', status: 'up', since: since[0] ?? '', reason: null }];
  const reason = `${down.length} of ${subgraphs.length} subgraphs do not respond.`;
  const first = down.map((part) => part.since).toSorted()[0] ?? '';
  const status = down.length === subgraphs.length ? 'down' : 'degraded';
  return [{ name: 'subgraphs', status, since: first, reason }];
}

function joinReasons(parts: readonly HealthPart[]): string {
  return parts.flatMap(({ reason }) => reason ?? []).join(' ');
}

function listReported(reports: Reports): readonly ReportedPart[] {
  return [...reports].flatMap(([subgraph, { parts }]) => parts.map((part) => ({ ...part, subgraph })));
}
