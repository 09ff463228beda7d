import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StatementFigures } from './database.ts';
import type { Figures } from './findings.ts';

/** A figure of which a larger value is worse. */
const figure = z.object({
  name: z.string(),
  /** When it was taken, in UTC. */
  date: z.string(),
  value: z.number(),
  /** Of a statement, all that PostgreSQL has counted until then. The value is the mean of the interval before. */
  counted: z.object({ calls: z.number(), totalMs: z.number() }).optional(),
});
type Figure = z.infer<typeof figure>;

/** The figures that two analyses compare, by a key. */
export const baseline = z.object({ date: z.string(), entries: z.record(z.string(), figure) });
export type Baseline = z.infer<typeof baseline>;

export interface Change {
  readonly name: string;
  readonly since: string;
  readonly before: number;
  readonly after: number;
  readonly percent: number;
}

export interface Comparison {
  /** For the next analysis. */
  readonly baseline: Baseline;
  /** What has become notably better or worse, the worst first. */
  readonly changes: readonly Change[];
  /** Figures with too little new work for a verdict. They keep their former value until there is enough. */
  readonly waiting: number;
}

/** Figures of different days differ by a fifth without a reason. */
const notable = 25;
const maxStatements = 200;
/** Means of less work than this are chance. */
const least = { calls: 100, totalMs: 1_000, milliseconds: 3_600_000 };

/** Compares with the last analysis. @param date such as 2026-11-01T10:00, in UTC */
export function compareFigures(last: Baseline | undefined, date: string, figures: Figures): Comparison {
  const judged = Object.entries(figuresOf(date, figures)).map(([key, now]) => judge(key, last?.entries[key], now));
  return {
    baseline: { date, entries: Object.fromEntries(judged.map(({ key, kept }) => [key, kept])) },
    changes: judged
      .flatMap(({ change }) => (change && Math.abs(change.percent) >= notable ? [change] : []))
      .toSorted((one, other) => other.percent - one.percent),
    waiting: judged.filter(({ isWaiting }) => isWaiting).length,
  };
}

function figuresOf(date: string, { database, metrics }: Figures): Readonly<Record<string, Figure>> {
  const simple = (name: string, value: number) => [name, { name, date, value }] as const;
  return {
    ...statementFigures(date, database?.statements ?? []),
    ...Object.fromEntries(
      Object.entries(metrics?.p95MsByOperation ?? {}).map(([operation, p95]) => simple(`p95 ms of ${operation}`, p95)),
    ),
    ...(metrics &&
      metrics.requests >= least.calls &&
      Object.fromEntries([
        simple('CPU ms of a request', metrics.cpuMsPerRequest),
        simple('points of a request', metrics.pointsPerRequest),
      ])),
  };
}

/** PostgreSQL counts a statement once for each length of its lists; texts without values are equal. */
function statementFigures(date: string, statements: readonly StatementFigures[]): Readonly<Record<string, Figure>> {
  const groups = Map.groupBy(statements, ({ role, text }) => `${role}: ${text}`);
  const entries = [...groups].slice(0, maxStatements).map(([name, same]) => {
    const calls = same.reduce((sum, one) => sum + one.calls, 0);
    const totalMs = same.reduce((sum, one) => sum + one.totalMs, 0);
    const key = `statement ${createHash('sha256').update(name).digest('base64url')}`;
    return [
      key,
      { name: `ms of ${name.slice(0, 200)}`, date, value: totalMs / calls, counted: { calls, totalMs } },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** @returns what the next analysis compares with, and the change, if there was enough work since the last one */
function judge(key: string, last: Figure | undefined, now: Figure) {
  if (!last) return { key, kept: now };
  const after = sinceLast(last, now);
  const passed = Date.parse(`${now.date}Z`) - Date.parse(`${last.date}Z`);
  if (after === undefined || passed < least.milliseconds) return { key, kept: last, isWaiting: true };
  const kept = { ...now, value: after };
  if (last.value === 0) return { key, kept };
  const percent = (after / last.value - 1) * 100;
  return { key, kept, change: { name: now.name, since: last.date, before: last.value, after, percent } };
}

/** The mean of the interval between both; undefined for too few calls. Means since the statement was first seen would hide what is new. */
function sinceLast(last: Figure, now: Figure): number | undefined {
  if (!now.counted || !last.counted) return now.value;
  const isReset = now.counted.calls < last.counted.calls || now.counted.totalMs < last.counted.totalMs;
  const before = isReset ? { calls: 0, totalMs: 0 } : last.counted;
  const calls = now.counted.calls - before.calls;
  const totalMs = now.counted.totalMs - before.totalMs;
  return calls >= least.calls && totalMs >= least.totalMs ? totalMs / calls : undefined;
}
