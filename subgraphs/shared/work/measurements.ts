import { Gauge, type Metric } from 'prom-client';
import type { Database, EntityManager } from '../database/database.ts';
import type { Log } from '../runtime/log.ts';
import { Leadership } from './leadership.ts';
import { type Distribution, MeasuredHistogram } from './measured-histogram.ts';

/** Figures that a subgraph reads from its tables now and then. Scrapes get the last ones. */
export interface Measurement {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  /** By the name of the metric. */
  readonly metrics: Readonly<Record<string, MetricDescription>>;
  readonly read: (em: EntityManager, now: Date) => Promise<readonly Sample[]>;
}

type MetricDescription = { readonly help: string } & (
  | { readonly labels: readonly string[] }
  | { readonly kind: 'histogram' }
);

/** A value of a gauge, or the content of a histogram. Infinite values and NaN are left out, such as a ratio of nothing. */
export type Sample = { readonly metric: string } & (
  | { readonly labels?: Readonly<Record<string, string>>; readonly value: number }
  | { readonly distribution: Distribution }
);

interface MeasuredServices {
  readonly database: Pick<Database, 'fork' | 'connect'>;
  readonly log: Log;
  readonly clock: () => Date;
}

type MeasuredMetric = Gauge | MeasuredHistogram;

interface Measured {
  readonly measurement: Measurement;
  readonly metrics: ReadonlyMap<string, MeasuredMetric>;
}

/** Repeats measurements in the process that leads. The metrics of the other processes have no series. */
export class Measurements {
  readonly #all: readonly Measured[];
  readonly #services: MeasuredServices;
  readonly #leadership: Leadership;
  readonly #running = new Map<Measurement, Promise<void>>();
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(measurements: readonly Measurement[], services: MeasuredServices) {
    this.#services = services;
    this.#leadership = new Leadership(services.database, 'freight-measure');
    this.#all = measurements.map((measurement) => ({ measurement, metrics: createMetrics(measurement) }));
  }

  /** Not registered yet. */
  get metrics(): readonly Metric[] {
    return this.#all.flatMap(({ metrics }) => [...metrics.values()]);
  }

  /** Begins. The first values are there after the first interval. */
  start(): void {
    this.#timers = this.#all.map((measured) => {
      const { measurement } = measured;
      return setInterval(() => {
        if (this.#running.has(measurement)) return;
        const run = this.#measure(measured).finally(() => this.#running.delete(measurement));
        this.#running.set(measurement, run);
      }, measurement.everyMs).unref();
    });
  }

  /** Measures everything once, if this process leads. */
  async measure(): Promise<void> {
    await Promise.all(this.#all.map((measured) => this.#measure(measured)));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running.values());
    await this.#leadership.release();
  }

  /** Old values would hide that the figures can't be read. */
  async #measure({ measurement, metrics }: Measured): Promise<void> {
    const { database, log, clock } = this.#services;
    try {
      const samples = (await this.#leadership.isHeld()) ? await measurement.read(database.fork(), clock()) : [];
      replaceValues(metrics, samples);
    } catch (error) {
      replaceValues(metrics, []);
      log.warn({ err: error, measurement: measurement.name }, 'figures could not be read; they will be tried again');
    }
  }
}

function createMetrics({ metrics }: Measurement): ReadonlyMap<string, MeasuredMetric> {
  const all = Object.entries(metrics).map(([name, described]) => {
    const { help } = described;
    const metric =
      'kind' in described
        ? new MeasuredHistogram(name, help)
        : new Gauge({ name, help, labelNames: [...described.labels], registers: [] });
    clear(metric);
    return [name, metric] as const;
  });
  return new Map(all);
}

/** Leaves no series. A gauge without labels would be 0, which looks like a measured value. */
function clear(metric: MeasuredMetric): void {
  if (metric instanceof MeasuredHistogram) {
    metric.replace(undefined);
    return;
  }
  metric.reset();
  metric.remove({});
}

function replaceValues(metrics: ReadonlyMap<string, MeasuredMetric>, samples: readonly Sample[]): void {
  for (const metric of metrics.values()) clear(metric);
  for (const sample of samples) {
    const metric = metrics.get(sample.metric);
    if (metric instanceof MeasuredHistogram) metric.replace('distribution' in sample ? sample.distribution : undefined);
    else if ('value' in sample && Number.isFinite(sample.value)) metric?.set(sample.labels ?? {}, sample.value);
  }
}
