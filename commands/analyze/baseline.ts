import { z } from 'zod';
import type { Figures } from './findings.ts';

/** The figures that two analyses compare, by name. A larger one is worse. */
export const baseline = z.object({ date: z.string(), figures: z.record(z.string(), z.number()) });
export type Baseline = z.infer<typeof baseline>;

export interface Change {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly percent: number;
}

/** Figures of different days differ by a fifth without a reason. */
const notable = 25;
const maxStatements = 50;

export function baselineOf(date: string, { database, metrics }: Figures): Baseline {
  const statements = (database?.statements ?? []).slice(0, maxStatements);
  return {
    date,
    figures: {
      ...Object.fromEntries(
        statements.map(({ role, text, meanMs }) => [`ms of ${role}: ${text.slice(0, 200)}`, meanMs]),
      ),
      ...Object.fromEntries(
        Object.entries(metrics?.p95MsByOperation ?? {}).map(([operation, p95]) => [`p95 ms of ${operation}`, p95]),
      ),
      ...(metrics && {
        'CPU ms of a request': metrics.cpuMsPerRequest,
        'points of a request': metrics.pointsPerRequest,
      }),
    },
  };
}

/** What has become notably better or worse since the last analysis, the worst first. */
export function changesSince(last: Baseline, { figures }: Baseline): readonly Change[] {
  return Object.entries(figures)
    .flatMap(([name, after]) => {
      const before = last.figures[name];
      return before === undefined || before === 0 ? [] : [{ name, before, after, percent: (after / before - 1) * 100 }];
    })
    .filter(({ percent }) => Math.abs(percent) >= notable)
    .toSorted((one, other) => other.percent - one.percent);
}
