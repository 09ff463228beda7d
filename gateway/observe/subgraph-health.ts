import type { Probe, ProbeReport } from './subgraph-probes.ts';

export type Reports = ReadonlyMap<string, ProbeReport>;
type Subgraphs = Readonly<Record<string, { readonly url: string }>>;

/** Milliseconds for which the reports of a round are reused, since probes come often and from several places. */
const freshMs = 1_000;

interface Round {
  readonly key: string;
  readonly reports: Promise<Reports>;
  /** Undefined while the round runs. */
  freshUntil: number | undefined;
}

/** Probes all subgraphs. Callers share one round at a time, and at most one round runs per second. */
export class SubgraphHealth {
  readonly #probe: Probe;
  #round: Round | undefined;

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  check(subgraphs: Subgraphs): Promise<Reports> {
    const key = JSON.stringify(Object.entries(subgraphs).map(([name, { url }]) => [name, url]));
    const known = this.#round;
    if (known?.key === key && (known.freshUntil === undefined || known.freshUntil > performance.now())) {
      return known.reports;
    }
    const round: Round = { key, reports: this.#probeAll(subgraphs), freshUntil: undefined };
    this.#round = round;
    const end = () => {
      round.freshUntil = performance.now() + freshMs;
    };
    round.reports.then(end, end);
    return round.reports;
  }

  async #probeAll(subgraphs: Subgraphs): Promise<Reports> {
    const reports = Object.entries(subgraphs).map(
      async ([name, { url }]) => [name, await this.#probe(name, url)] as const,
    );
    return new Map(await Promise.all(reports));
  }
}
