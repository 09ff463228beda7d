/** Units of Grafana. */
export type Unit =
  | 'short'
  | 'percentunit'
  | 's'
  | 'bytes'
  | 'reqps'
  | 'ops'
  | 'currencyUSD'
  | 'dateTimeFromNow'
  | 'none';

export interface Query {
  readonly expr: string;
  /** Name of the series, such as `{{subgraph}}`. */
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  /** One sentence for the reader. */
  readonly help?: string;
  readonly kind: 'graph' | 'figure' | 'table';
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

export interface Dashboard {
  /** Name of the file and of the address. */
  readonly name: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const series = (expr: string, legend?: string): Query => ({ expr, ...(legend !== undefined && { legend }) });

export function graph(
  title: string,
  unit: Unit,
  ...queries: readonly (readonly [expr: string, legend?: string])[]
): Panel {
  return { title, kind: 'graph', unit, queries: queries.map(([expr, legend]) => series(expr, legend)) };
}

/** The current value as a number. */
export function figure(title: string, unit: Unit, expr: string): Panel {
  return { title, kind: 'figure', unit, queries: [series(expr)] };
}

/** The highest current values with their labels. */
export function table(title: string, unit: Unit, expr: string): Panel {
  return { title, kind: 'table', unit, queries: [series(expr)] };
}

/** The 50th, 95th and 99th percentile of a histogram. */
export function percentiles(title: string, metric: string, by: readonly string[] = []): Panel {
  const labels = ['le', ...by].join(', ');
  const legend = by.map((label) => ` {{${label}}}`).join('');
  const shares = by.length > 0 ? [0.95] : [0.5, 0.95, 0.99];
  return graph(
    title,
    's',
    ...shares.map(
      (share) =>
        [
          `histogram_quantile(${share}, sum by (${labels}) (rate(${metric}_bucket[$__rate_interval])))`,
          `p${share * 100}${legend}`,
        ] as const,
    ),
  );
}

export function described(panel: Panel, help: string): Panel {
  return { ...panel, help };
}
