import { atMost, type Bar } from '../../drills/drill.ts';
import type { LoadKind, LoadName } from './kinds.ts';
import { percentile } from './percentile.ts';
import type { LoadFigures } from './send-load.ts';

/** CPU milliseconds: of all processes of the product, of PostgreSQL, and of the users. */
export interface CpuMs {
  readonly product: number;
  readonly postgres: number;
  readonly client: number;
}

export interface LoadReport {
  readonly load: LoadName;
  readonly startedAt: string;
  readonly users: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Failed requests by code. */
  readonly codes: Readonly<Record<string, number>>;
  /** Of one request on average; on the topology. */
  readonly cpuMsPerRequest?: CpuMs;
  /** Requests per second of the same users without pauses; of a load that lasts. */
  readonly peakPerSecond?: number;
  readonly peakCpuMsPerRequest?: CpuMs;
  /** Megabytes of all heaps, once a second. */
  readonly heapMegabytes?: readonly number[];
  readonly bars: readonly Bar[];
}

/** A figure that must be less than the bar. */
const below = (id: string, figure: number, bar: number, unit: string): Bar => ({
  id,
  figure,
  bar,
  unit,
  met: figure < bar,
});
/** A figure that must be more than the bar. */
const above = (id: string, figure: number, bar: number, unit: string): Bar => ({
  id,
  figure,
  bar,
  unit,
  met: figure > bar,
});

export function summarizeTimes({ times, seconds }: LoadFigures) {
  return {
    requests: times.length,
    perSecond: round(times.length / seconds),
    p50Ms: round(percentile(times, 0.5)),
    p95Ms: round(percentile(times, 0.95)),
    p99Ms: round(percentile(times, 0.99)),
  };
}

export function loadBars(
  { answered, lasting }: LoadKind,
  figures: LoadFigures,
  heapGrowth = Number.NaN,
): readonly Bar[] {
  const { withinMs, percent, orMore } = answered;
  const inTime = figures.goodTimes.filter((time) => time < withinMs).length;
  const share = (inTime / figures.times.length) * 100;
  const unit = `% answered without an error within ${withinMs} ms`;
  const met = orMore ? share >= percent : share > percent;
  const bars: Bar[] = [{ id: 'answered', figure: round(share), bar: percent, unit, met }];
  if (!lasting) return bars;
  const { p50Ms, p95Ms, p99Ms, perSecond } = summarizeTimes(figures);
  return [
    ...bars,
    below('p50', p50Ms, lasting.p50Ms, 'ms'),
    below('p95', p95Ms, lasting.p95Ms, 'ms'),
    below('p99', p99Ms, lasting.p99Ms, 'ms'),
    above('sustained', perSecond, lasting.perSecond, 'requests per second'),
    atMost('heapGrowth', round(heapGrowth), lasting.heapGrowthPercent, '%'),
  ];
}

export const round = (figure: number): number => Math.round(figure * 100) / 100;
