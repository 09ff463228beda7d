import { badgeKinds, badgesEarned, consistentWeeks, type EarnedBadge } from '../../../subgraphs/fleet/domain/badges.ts';
import { type Period, periods, spanAt, weeksUpTo } from '../../../subgraphs/fleet/domain/period.ts';
import { forfeitOf } from '../../../subgraphs/fleet/domain/rewards.ts';
import { addToTally, emptyTally, type Tally, type TallyChange } from '../../../subgraphs/fleet/domain/score.ts';

/** A past event of a driver's record. */
export interface PastEvent {
  readonly at: Date;
  readonly driverId: string;
  readonly change: TallyChange;
  /** Points that the driver earned and can redeem. */
  readonly earned: number;
  /** The safety incident, which costs points. */
  readonly incidentId: string | null;
}

export interface ReplayedTally {
  readonly period: Period;
  readonly startsAt: Date;
  readonly tally: Tally;
}

/** Earned points are summed by month. Each incident has its own entry. */
export interface ReplayedMovement {
  readonly kind: 'EARNED' | 'FORFEITED';
  readonly points: number;
  readonly at: Date;
  readonly incidentId: string | null;
}

export interface ReplayedRecord {
  readonly driverId: string;
  readonly tallies: readonly ReplayedTally[];
  readonly badges: readonly EarnedBadge[];
  readonly movements: readonly ReplayedMovement[];
}

/** The records of drivers after these events, by the rules for live events. */
export function replay(events: readonly PastEvent[]): ReplayedRecord[] {
  const byDriver = Map.groupBy(
    [...events].sort((left, right) => left.at.getTime() - right.at.getTime()),
    ({ driverId }) => driverId,
  );
  return [...byDriver].map(([driverId, own]) => replayDriver(driverId, own));
}

function replayDriver(driverId: string, events: readonly PastEvent[]): ReplayedRecord {
  const tallies = new Map<string, ReplayedTally>();
  const badges = new Map<string, EarnedBadge>();
  const ledger = new Ledger();
  let lastIncidentAt: Date | null = null;

  const tallyAt = (period: Period, at: Date) =>
    tallies.get(`${period} ${spanAt(period, at).startsAt.getTime()}`)?.tally ?? emptyTally;

  for (const { at, change, earned, incidentId } of events) {
    for (const period of periods) {
      const { startsAt } = spanAt(period, at);
      const tally = addToTally(tallyAt(period, at), change);
      tallies.set(`${period} ${startsAt.getTime()}`, { period, startsAt, tally });
    }
    if (incidentId !== null) lastIncidentAt = at;
    if (badges.size < badgeKinds.length) {
      const weeks = weeksUpTo(at, consistentWeeks).map((week) => tallyAt('WEEKLY', week));
      for (const badge of badgesEarned({ at, total: tallyAt('ALL_TIME', at), weeks, lastIncidentAt }))
        if (!badges.has(badge.kind)) badges.set(badge.kind, badge);
    }
    if (earned > 0) ledger.earn(earned, at);
    if (incidentId !== null) ledger.forfeit(incidentId, at);
  }
  return { driverId, tallies: [...tallies.values()], badges: [...badges.values()], movements: ledger.movements() };
}

class Ledger {
  #balance = 0;
  readonly #months = new Map<number, ReplayedMovement>();
  readonly #forfeits: ReplayedMovement[] = [];

  earn(points: number, at: Date): void {
    this.#balance += points;
    const month = spanAt('MONTHLY', at).startsAt.getTime();
    const sum = (this.#months.get(month)?.points ?? 0) + points;
    this.#months.set(month, { kind: 'EARNED', points: sum, at, incidentId: null });
  }

  forfeit(incidentId: string, at: Date): void {
    const points = forfeitOf(this.#balance);
    if (points === 0) return;
    this.#balance -= points;
    this.#forfeits.push({ kind: 'FORFEITED', points: -points, at, incidentId });
  }

  movements(): ReplayedMovement[] {
    return [...this.#months.values(), ...this.#forfeits];
  }
}
