import { Gauge, type Metric } from 'prom-client';
import type { Database, EntityManager } from '../database/database.ts';
import type { Log } from '../runtime/log.ts';
import { Leadership } from './leadership.ts';

/** Figures that a subgraph reads from its tables now and then. Scrapes get the last ones. */
export interface Measurement {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  /** Description and labels of each metric, by its name. */
  readonly metrics: Readonly<Record<string, { readonly help: string; readonly labels: readonly string[] }>>;
  readonly read: (em: EntityManager, now: Date) => Promise<readonly Sample[]>;
}

/** A value of one metric. Infinite values and NaN are left out, such as a ratio of nothing. */
export interface Sample {
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface MeasuredServices {
  readonly database: Pick<Database, 'fork' | 'connect'>;
  readonly log: Log;
  readonly clock: () => Date;
}

interface Gauges {
  readonly measurement: Measurement;
  readonly gauges: ReadonlyMap<string, Gauge>;
}

/** Repeats measurements in the process that leads. The metrics of the other processes have no series. */
export class Measurements {
  readonly #all: readonly Gauges[];
  readonly #services: MeasuredServices;
  readonly #leadership: Leadership;
  readonly #running = new Map<Measurement, Promise<void>>();
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(measurements: readonly Measurement[], services: MeasuredServices) {
    this.#services = services;
    this.#leadership = new Leadership(services.database, 'freight-measure');
    this.#all = measurements.map((measurement) => ({ measurement, gauges: createGauges(measurement) }));
  }

  /** Not registered yet. */
  get metrics(): readonly Metric[] {
    return this.#all.flatMap(({ gauges }) => [...gauges.values()]);
  }

  /** Begins. The first values are there after the first interval. */
  start(): void {
    this.#timers = this.#all.map((gauges) => {
      const { measurement } = gauges;
      return setInterval(() => {
        if (this.#running.has(measurement)) return;
        const run = this.#measure(gauges).finally(() => this.#running.delete(measurement));
        this.#running.set(measurement, run);
      }, measurement.everyMs).unref();
    });
  }

  /** Measures everything once, if this process leads. */
  async measure(): Promise<void> {
    await Promise.all(this.#all.map((gauges) => this.#measure(gauges)));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running.values());
    await this.#leadership.release();
  }

  /** Old values would hide that the figures can't be read. */
  async #measure({ measurement, gauges }: Gauges): Promise<void> {
    const { database, log, clock } = this.#services;
    try {
      const samples = (await this.#leadership.isHeld()) ? await measurement.read(database.fork(), clock()) : [];
      replaceValues(measurement, gauges, samples);
    } catch (error) {
      replaceValues(measurement, gauges, []);
      log.warn({ err: error, measurement: measurement.name }, 'figures could not be read; they will be tried again');
    }
  }
}

function createGauges({ metrics }: Measurement): ReadonlyMap<string, Gauge> {
  return new Map(
    Object.entries(metrics).map(([name, { help, labels }]) => {
      const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [] });
      clear(gauge, labels);
      return [name, gauge];
    }),
  );
}

/** Leaves no series. A gauge without labels would be 0, which looks like a measured value. */
function clear(gauge: Gauge, labels: readonly string[]): void {
  gauge.reset();
  if (labels.length === 0) gauge.remove();
}

function replaceValues({ metrics }: Measurement, gauges: ReadonlyMap<string, Gauge>, samples: readonly Sample[]): void {
  for (const [name, gauge] of gauges) clear(gauge, metrics[name]?.labels ?? []);
  for (const { metric, labels = {}, value } of samples) {
    if (Number.isFinite(value)) gauges.get(metric)?.set(labels, value);
  }
}
