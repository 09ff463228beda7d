import type { Assignment, DriverId, Hub, Shift, ShiftStatus, Shipment } from '../world.ts';
import { DAY_MS, HOUR_MS, type LocalClock } from './calendar.ts';
import type { Crew } from './fleet.ts';
import type { Mint } from './identifiers.ts';
import type { Random } from './random.ts';

const WEEKS_BACK = 6;
const DAYS_AHEAD = 7;
const SHIFT_MS = 11 * HOUR_MS;

export interface DutyInputs {
  readonly crews: readonly Crew[];
  readonly hubs: readonly Hub[];
  readonly shipments: readonly Shipment[];
  readonly clock: LocalClock;
  readonly random: Random;
  readonly mint: Mint;
  readonly nowMs: number;
}

/**
 * Shifts of the last six weeks and the next one, at most one per vehicle and day. The driver with a load has the shift,
 * otherwise the first driver of the vehicle on one of their five working days. A driver on the road has an ACTIVE shift. Shifts of one
 * vehicle or driver never overlap.
 */
export function createShifts(inputs: DutyInputs): Shift[] {
  const { crews, shipments, nowMs } = inputs;
  const from = nowMs - WEEKS_BACK * 7 * DAY_MS;
  const recent = shipments
    .map(({ assignment }) => assignment)
    .filter((assignment) => assignment !== null)
    .filter(({ state, endsAt }) => state !== 'RELEASED' && endsAt.getTime() > from);
  const loads = Map.groupBy(recent, (assignment) => assignment.vehicleId);
  const crewsOfVehicles = Map.groupBy(crews, (crew) => crew.vehicle.id);
  return [...crewsOfVehicles.values()].flatMap((seats) =>
    shiftsOfVehicle(seats, loads.get(seats[0]!.vehicle.id) ?? [], inputs),
  );
}

function shiftsOfVehicle(seats: readonly Crew[], loads: readonly Assignment[], inputs: DutyInputs): Shift[] {
  const { random, nowMs, clock, hubs } = inputs;
  const first = seats[0]!;
  const zone = hubs[first.homeHub]!.timeZone;
  const startHour = random.chance(0.12) ? random.integer(12, 13) : random.integer(4, 8);
  const restDay = random.integer(0, 6);
  const shifts: Shift[] = [];
  const current = loads.find(({ startsAt, endsAt }) => startsAt.getTime() <= nowMs && endsAt.getTime() > nowMs);
  if (current !== undefined) {
    const begin = Math.max(current.startsAt.getTime(), Math.floor(nowMs - random.between(0.5, 6) * HOUR_MS));
    shifts.push(shift(current.driverId, first, begin, 'ACTIVE', inputs));
  }
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  for (let day = -WEEKS_BACK * 7; day <= DAYS_AHEAD; day++) {
    const start = clock.utcOf(today + day * DAY_MS, zone, startHour);
    const load = loads.find(
      ({ startsAt, endsAt }) => startsAt.getTime() < start + SHIFT_MS && endsAt.getTime() > start,
    );
    const weekday = (((today / DAY_MS + day) % 7) + 7) % 7;
    const resting = weekday === restDay || weekday === (restDay + 1) % 7;
    const cancelled = random.chance(0.02) && load === undefined;
    if (first.driver.hiredAt.getTime() > start || (load === undefined && resting)) continue;
    if (shifts.some((other) => other.startsAt.getTime() < start + SHIFT_MS && other.endsAt.getTime() > start)) continue;
    shifts.push(shift(load?.driverId ?? first.driver.id, first, start, cancelled ? 'CANCELLED' : null, inputs));
  }
  return shifts.sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime());
}

function shift(
  driverId: DriverId,
  { vehicle }: Crew,
  start: number,
  status: ShiftStatus | null,
  inputs: DutyInputs,
): Shift {
  const end = start + SHIFT_MS;
  const byTime = end <= inputs.nowMs ? 'COMPLETED' : start <= inputs.nowMs ? 'ACTIVE' : 'SCHEDULED';
  return {
    id: inputs.mint<'Shift'>(start),
    driverId,
    vehicleId: vehicle.id,
    startsAt: new Date(start),
    endsAt: new Date(end),
    status: status ?? byTime,
  };
}
