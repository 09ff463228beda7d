import { Histogram } from 'prom-client';

/** How values are distributed that a query has counted. */
export interface Distribution {
  /** How many values are at most as large as each limit. The last limit is +Inf. */
  readonly buckets: readonly { readonly le: string; readonly count: number }[];
  readonly sum: number;
}

/** A histogram of a table. One of prom-client knows only what its own process observes. */
export class MeasuredHistogram extends Histogram {
  readonly #description: { readonly name: string; readonly help: string };
  #distribution: Distribution | undefined;

  constructor(name: string, help: string) {
    super({ name, help, registers: [] });
    this.#description = { name, help };
  }

  /** @param distribution undefined: there are no series */
  replace(distribution: Distribution | undefined): void {
    this.#distribution = distribution;
  }

  /** prom-client calls this for every scrape, also within `get()`. */
  async getForPromString(): Promise<object> {
    const values = this.#distribution ? seriesOf(this.#description.name, this.#distribution) : [];
    return { ...this.#description, type: 'histogram', aggregator: 'sum', values };
  }
}

function seriesOf(name: string, { buckets, sum }: Distribution): readonly object[] {
  return [
    ...buckets.map(({ le, count }) => ({ metricName: `${name}_bucket`, labels: { le }, value: count })),
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: buckets.at(-1)?.count ?? 0 },
  ];
}
