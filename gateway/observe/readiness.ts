import { Health, type HealthPart } from '#shared/runtime/health.ts';
import type { Log } from '#shared/runtime/log.ts';
import { ClockWatch } from './clock-watch.ts';
import { mergeParts, type ReportedPart } from './merge-parts.ts';
import type { Reports, SubgraphHealth } from './subgraph-health.ts';

/** What the gateway is doing, from the first line to the last. */
export type Phase = 'starting' | 'serving' | 'draining';

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unavailable' | Exclude<Phase, 'serving'>;
  readonly parts: readonly HealthPart[];
}

export interface ReadinessOptions {
  readonly phase: () => Phase;
  /** Subgraphs of the current supergraph; undefined while none is loaded. */
  readonly subgraphs: () => Readonly<Record<string, { readonly url: string }>> | undefined;
  readonly health: SubgraphHealth;
  readonly log: Log;
}

/** Whether the gateway can serve somebody, and what stands in the way of serving everybody. */
export class ReadinessCheck {
  readonly #options: ReadinessOptions;
  /** Keeps since when each subgraph is up or down. */
  readonly #subgraphs = new Health();
  readonly #clock: ClockWatch;

  constructor(options: ReadinessOptions) {
    this.#options = options;
    this.#clock = new ClockWatch(options.log);
  }

  /** @param isDetailed whether subgraphs are named: to operators only */
  async read(isDetailed: boolean): Promise<Readiness> {
    const { phase, subgraphs, health } = this.#options;
    const now = phase();
    if (now !== 'serving') return { status: now, parts: [] };
    const served = subgraphs();
    if (!served) return { status: 'unavailable', parts: [] };
    const reports = await health.check(served);
    const own = this.#partsOfSubgraphs(reports);
    const told = [...this.#clock.parts(reports), ...listReported(reports)];
    const parts = [...(isDetailed ? own : summarize(own)), ...mergeParts(told, isDetailed)];
    if (own.length > 0 && own.every(({ status }) => status === 'down')) return { status: 'unavailable', parts };
    const isReady = parts.every(({ status }) => status === 'up');
    return { status: isReady ? 'ready' : 'degraded', parts };
  }

  #partsOfSubgraphs(reports: Reports): readonly HealthPart[] {
    for (const [name, { isUp, parts }] of reports) {
      if (!isUp) this.#subgraphs.set(name, 'down', joinReasons(parts) || 'The subgraph does not answer.');
      else if (parts.some(({ status }) => status !== 'up')) this.#subgraphs.set(name, 'degraded', joinReasons(parts));
      else this.#subgraphs.set(name, 'up');
    }
    // A subgraph may have left the supergraph.
    for (const { name } of this.#subgraphs.parts()) if (!reports.has(name)) this.#subgraphs.remove(name);
    return this.#subgraphs.parts();
  }
}

/** What the public sees of the subgraphs: how many answer. */
function summarize(subgraphs: readonly HealthPart[]): readonly HealthPart[] {
  const down = subgraphs.filter(({ status }) => status === 'down');
  const since = subgraphs.map((part) => part.since).toSorted();
  if (down.length === 0) return [{ name: 'subgraphs', status: 'up', since: since[0] ?? '', reason: null }];
  const reason = `${down.length} of ${subgraphs.length} subgraphs do not answer.`;
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
