import { greatCircleMeters, type Point } from '#shared/geo/sphere.ts';

/** A place at a time. */
export interface Fix extends Point {
  readonly recordedAt: Date;
}

/** About 250 km/h. No truck is this fast; among high buildings, good receivers jump at 75 m/s for a few seconds. */
const maxMetersPerSecond = 70;
/** Two fixes of 50 m accuracy can be this far apart while the vehicle stands. */
const slackMeters = 200;
/** Devices round their clocks to whole seconds. */
const clockSeconds = 1;

/** True if a vehicle can drive from one fix to the other in the time between them, in either direction. */
export function isDrivable(from: Fix, to: Fix): boolean {
  const seconds = Math.abs(to.recordedAt.getTime() - from.recordedAt.getTime()) / 1000;
  return greatCircleMeters(from, to) <= maxMetersPerSecond * (seconds + clockSeconds) + slackMeters;
}

/** Divides fixes in order of time where the vehicle cannot have driven from one fix to the next. */
export function legsOf<F extends Fix>(fixes: readonly F[]): F[][] {
  const legs: F[][] = [];
  let last: F | undefined;
  for (const fix of fixes) {
    const leg = last && isDrivable(last, fix) ? legs.at(-1) : undefined;
    if (leg) leg.push(fix);
    else legs.push([fix]);
    last = fix;
  }
  return legs;
}

/** Fixes that a vehicle can have driven from the last plausible one, and the doubtful rest. */
export interface Judged<F> {
  readonly plausible: readonly F[];
  readonly doubtful: readonly F[];
}

/**
 * Divides new fixes of one vehicle into plausible and doubtful ones.
 * @param last the last plausible fix; null for a vehicle without one
 * @param fixes later than `last`, in order of time
 */
export function judgeNew<F extends Fix>(last: Fix | null, fixes: readonly F[]): Judged<F> {
  const plausible: F[] = [];
  const doubtful: F[] = [];
  let from = last;
  for (const fix of fixes) {
    if (from && !isDrivable(from, fix)) doubtful.push(fix);
    else {
      plausible.push(fix);
      from = fix;
    }
  }
  return { plausible, doubtful };
}

/** A late fix with the plausible fixes that are stored around it. */
export interface Between<F> {
  readonly fix: F;
  readonly before: F | null;
  readonly after: F | null;
}

/** Divides late fixes of one vehicle, in order of time, into plausible and doubtful ones. */
export function judgeLate<F extends Fix>(late: readonly Between<F>[]): Judged<Between<F>> {
  const plausible: Between<F>[] = [];
  const doubtful: Between<F>[] = [];
  for (const between of late) {
    const before = later(between.before, plausible.at(-1)?.fix ?? null);
    if (fitsBetween(before, between.fix, between.after)) plausible.push(between);
    else doubtful.push(between);
  }
  return { plausible, doubtful };
}

function later<F extends Fix>(left: F | null, right: F | null): F | null {
  if (!left || !right) return left ?? right;
  return left.recordedAt >= right.recordedAt ? left : right;
}

function fitsBetween(before: Fix | null, fix: Fix, after: Fix | null): boolean {
  const reached = !before || isDrivable(before, fix);
  const left = !after || isDrivable(fix, after);
  if (reached && left) return true;
  // The vehicle was carried, or began anew elsewhere, between the two: the fix belongs to one side.
  return before !== null && after !== null && !isDrivable(before, after) && (reached || left);
}

/** Doubtful fixes that agree with each other for this long, this often, prove that the vehicle is there. */
const proofMs = 10 * 60_000;
const proofFixes = 5;

/**
 * The newest doubtful fixes that agree with each other, if they prove that the vehicle is there: its last plausible fix was
 * wrong, or it was carried, as on a train. Empty if they do not prove it yet.
 * @param doubtful all since the last plausible fix, in order of time
 */
export function provenBy<F extends Fix>(doubtful: readonly F[]): F[] {
  const run = legsOf(doubtful).at(-1) ?? [];
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last || run.length < proofFixes) return [];
  return last.recordedAt.getTime() - first.recordedAt.getTime() >= proofMs ? run : [];
}
