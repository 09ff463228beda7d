import { bulkInsert } from '#shared/database/bulk.ts';
import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { liveTopics } from '#shared/events/topics.ts';
import { badgesEarned, consistentWeeks } from '../domain/badges.ts';
import { type Period, periods, spanAt, weeksUpTo } from '../domain/period.ts';
import { addToTally, emptyTally, scoreOf, type Tally, type TallyChange } from '../domain/score.ts';
import { type ScoreTally, ScoreTallyEntity } from '../entities.ts';

/** What is told on a leaderboard's topic. */
export interface LeaderboardChange {
  readonly driverId: string;
  readonly startsAt: string;
  /** Null where the driver was not on the board. */
  readonly previousPoints: number | null;
}

/**
 * Adds to a driver's record: the week, the month and the whole of it, the badges that follow, and a word to those who watch
 * the boards. Must run in the transaction of its cause.
 * @returns false where the driver is unknown
 */
export async function recordChange(
  { em, announce }: Transaction,
  driverId: string,
  change: TallyChange,
  at: Date,
): Promise<boolean> {
  const locked = await em.execute('select id from driver where id = ? for update', [driverId]);
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

/** A row of score_tally, by the database's names. */
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

async function talliesAround(em: EntityManager, driverId: string, at: Date): Promise<ScoreTally[]> {
  const raws: Record<string, unknown>[] = await em.execute(
    `select * from score_tally where driver_id = ?
       and (period, starts_at) in (${[...Array(consistentWeeks + 2)].map(() => '(?, ?::timestamptz)').join(', ')})`,
    [
      driverId,
      ...weeksUpTo(at, consistentWeeks).flatMap((week) => ['WEEKLY', week]),
      'MONTHLY',
      spanAt('MONTHLY', at).startsAt,
      'ALL_TIME',
      spanAt('ALL_TIME', at).startsAt,
    ],
  );
  return raws.map((raw) => em.map(ScoreTallyEntity, raw));
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
  const [incident] = await em.execute<{ last: string | null }[]>(
    'select max(occurred_at) as last from incident where driver_id = ?',
    [driverId],
  );
  const before = weeksUpTo(at, consistentWeeks)
    .slice(0, -1)
    .map((week) => tallyIn(known, 'WEEKLY', week) ?? emptyTally);
  const lastIncidentAt = incident?.last ? new Date(incident.last) : null;
  const earned = badgesEarned({ at, total, weeks: [...before, thisWeek], lastIncidentAt });
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

export interface TallyKey {
  readonly driverId: string;
  readonly period: Period;
  readonly startsAt: Date;
}

/** The tallies of drivers in spans; those without a record are left out. */
export async function talliesOf(em: EntityManager, keys: readonly TallyKey[]): Promise<ScoreTally[]> {
  if (keys.length === 0) return [];
  const marks = keys.map(() => '(?::uuid, ?, ?::timestamptz)').join(', ');
  const raws: Record<string, unknown>[] = await em.execute(
    `select * from score_tally where (driver_id, period, starts_at) in (${marks})`,
    keys.flatMap(({ driverId, period, startsAt }) => [driverId, period, startsAt]),
  );
  return raws.map((raw) => em.map(ScoreTallyEntity, raw));
}
