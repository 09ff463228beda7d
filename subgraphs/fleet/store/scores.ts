import { bulkInsert } from '#shared/database/bulk.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { toMoment } from '#shared/database/rows.ts';
import { arrayOf, sql, uuids } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { liveTopics } from '#shared/events/topics.ts';
import { badgesEarned, consistentWeeks } from '../domain/badges.ts';
import { type Period, periods, spanAt, weeksUpTo } from '../domain/period.ts';
import { addToTally, emptyTally, scoreOf, type Tally, type TallyChange } from '../domain/score.ts';
import type { ScoreTally } from '../entities.ts';
import { tallyRows } from './rows.ts';

/** A message on the topic of a leaderboard. */
export interface LeaderboardChange {
  readonly driverId: string;
  readonly startsAt: string;
  /** Null if the driver was not on the board. */
  readonly previousPoints: number | null;
}

/**
 * Adds a change to a driver's record of the week, the month and all time. Stores badges that the driver earns by it, and
 * announces it on the topics of the leaderboards. Must run in the transaction of its cause.
 * @returns false if the driver is unknown
 */
export async function recordChange(
  { em, announce }: Transaction,
  driverId: string,
  change: TallyChange,
  at: Date,
): Promise<boolean> {
  const locked = await query(em, sql`select id from driver where id = ${driverId} for update`);
  if (locked.length === 0) return false;
  const known = await talliesAround(em, driverId, at);
  const rows = periods.map((period) => {
    const { startsAt } = spanAt(period, at);
    const before = tallyIn(known, period, startsAt);
    const tally = addToTally(before ?? emptyTally, change);
    return { period, startsAt, before, tally, points: scoreOf(tally).points };
  });
  await bulkInsert(
    em,
    'score_tally',
    rows.map(({ period, startsAt, tally }) => tallyRow(driverId, period, startsAt, tally)),
    `on conflict (driver_id, period, starts_at) do update set deliveries = excluded.deliveries, on_time = excluded.on_time,
       ratings = excluded.ratings, stars = excluded.stars, incidents = excluded.incidents,
       distance_meters = excluded.distance_meters, transit_seconds = excluded.transit_seconds, points = excluded.points`,
  );
  const [week, , total] = rows;
  await keepBadges(em, driverId, at, total?.tally ?? emptyTally, known, week?.tally ?? emptyTally);
  for (const { period, startsAt, before, points } of rows) {
    if (before && before.points === points) continue;
    const told: LeaderboardChange = {
      driverId,
      startsAt: startsAt.toISOString(),
      previousPoints: before?.points ?? null,
    };
    announce(liveTopics.leaderboard(period), told);
  }
  return true;
}

/** A row of score_tally, with the column names of the database. */
export function tallyRow(driverId: string, period: Period, startsAt: Date, tally: Tally): Record<string, unknown> {
  return {
    driver_id: driverId,
    period,
    starts_at: startsAt,
    deliveries: tally.deliveries,
    on_time: tally.onTime,
    ratings: tally.ratings,
    stars: tally.stars,
    incidents: tally.incidents,
    distance_meters: tally.distanceMeters,
    transit_seconds: tally.transitSeconds,
    points: scoreOf(tally).points,
  };
}

/** The tallies of a driver that a change at this moment affects, and those of the earlier weeks that badge rules use. */
function talliesAround(em: EntityManager, driverId: string, at: Date): Promise<ScoreTally[]> {
  const weeks = weeksUpTo(at, consistentWeeks).map((startsAt) => ({ period: 'WEEKLY', startsAt }) as const);
  const spans = [...weeks, spanAt('MONTHLY', at), spanAt('ALL_TIME', at)];
  return talliesOf(em, [driverId], spans);
}

function tallyIn(known: readonly ScoreTally[], period: Period, startsAt: Date): ScoreTally | undefined {
  return known.find((tally) => tally.period === period && tally.startsAt.getTime() === startsAt.getTime());
}

async function keepBadges(
  em: EntityManager,
  driverId: string,
  at: Date,
  total: Tally,
  known: readonly ScoreTally[],
  thisWeek: Tally,
): Promise<void> {
  const [incident] = await query<{ last: string | null }>(
    em,
    sql`select max(occurred_at) as last from incident where driver_id = ${driverId}`,
  );
  const before = weeksUpTo(at, consistentWeeks)
    .slice(0, -1)
    .map((week) => tallyIn(known, 'WEEKLY', week) ?? emptyTally);
  const weeks = [...before, thisWeek];
  const earned = badgesEarned({ at, total, weeks, lastIncidentAt: toMoment(incident?.last) });
  await bulkInsert(
    em,
    'badge',
    earned.map(({ kind, earnedAt, rule, evidence }) => ({
      driver_id: driverId,
      kind,
      earned_at: earnedAt,
      rule,
      evidence,
    })),
    'on conflict do nothing',
  );
}

/** A span of time of a leaderboard. */
export interface Span {
  readonly period: Period;
  readonly startsAt: Date;
}

/** The tallies of each of these drivers in each of these spans. Drivers without a record are left out. One statement. */
export function talliesOf(
  em: EntityManager,
  driverIds: readonly string[],
  spans: readonly Span[],
): Promise<ScoreTally[]> {
  const periodsOf = spans.map(({ period }) => period);
  const starts = spans.map(({ startsAt }) => startsAt);
  return tallyRows.read(
    em,
    sql`select tally.* from unnest(${arrayOf(periodsOf, 'text')}, ${arrayOf(starts, 'timestamptz')}) span (period, starts_at)
      cross join lateral (select ${tallyRows.columns('t')} from score_tally t
        where t.period = span.period and t.starts_at = span.starts_at and t.driver_id = any(${uuids(driverIds)})) tally`,
  );
}
