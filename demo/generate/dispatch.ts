import { transitMs } from '#shared/geo/hours-of-service.ts';
import { DAY_MS, HOUR_MS } from './calendar.ts';
import type { Crew } from './fleet.ts';
import type { Network } from './lanes.ts';
import { heldUntil, postponed, type Window } from './life.ts';
import { type AssessedPlan, cancelled } from './risk.ts';

/** A plan with its crew. Without a crew it was never up for assignment, or no truck was free. */
export interface DispatchedPlan extends AssessedPlan {
  readonly crew: Crew | null;
}

/** Days by which the pickup is postponed when no truck is free, in the order of attempts. */
const DAYS_PUT_OFF = [0, 1, 2] as const;
const LOADING_REST_MS = HOUR_MS;
const LONG_HAUL_MS = 10 * HOUR_MS;
const LONG_REST_MS = 6 * HOUR_MS;
/** Kilometres of empty driving that an hour of idling outweighs, to spread the work. */
const KILOMETERS_PER_IDLE_HOUR = 1.5;
const IDLE_HOURS_COUNTED = 240;

interface Truck {
  freeAt: number;
  hub: number;
  lastCrew: number;
}

/**
 * Assigns a crew to each load, in the order of pickup. The crew must be free, qualified and able to arrive in time; near and
 * long idle crews come first. Loads of one crew never overlap, nor do those of a vehicle that two crews share, and the drive to
 * the pickup fits in between. A load without a truck is postponed by a day or two, then cancelled.
 */
export function dispatchPlans(
  plans: readonly AssessedPlan[],
  crews: readonly Crew[],
  network: Network,
): DispatchedPlan[] {
  const byPickup = [...plans].sort((left, right) => turnOf(left) - turnOf(right));
  const reserved = reservationOf(byPickup);
  const yard = new Yard(crews, network, reserved);
  return byPickup.map((plan): DispatchedPlan => {
    if (!isUpForAssignment(plan)) return { ...plan, crew: null };
    for (const days of plan.fixed ? [0] : DAYS_PUT_OFF) {
      const later = days === 0 ? plan : { ...plan, life: postponed(plan.life, days * DAY_MS) };
      const crew = plan.demo ? crews[0]! : yard.bestFor(later);
      if (crew === null) continue;
      yard.take(crew, later);
      return { ...later, crew };
    }
    return { ...cancelled(plan, plan.life.pickup.end + HOUR_MS, 'No truck free'), crew: null };
  });
}

/** Loads with a fixed pickup are assigned two days ahead, while there is still a choice of trucks. */
function turnOf({ life, fixed }: AssessedPlan): number {
  return life.pickup.start - (fixed ? 2 * DAY_MS : 0);
}

function isUpForAssignment({ risk, life }: AssessedPlan): boolean {
  if (risk === null || risk.verdict === 'BLOCK' || risk.decision?.decision === 'REJECTED') return false;
  return life.cancellation === null || life.cancellation.at > life.assignedAt;
}

/** Reserves the demo driver's time for the demo driver's load. */
function reservationOf(plans: readonly AssessedPlan[]): Window | null {
  const demo = plans.find((plan) => plan.demo);
  return demo === undefined ? null : { start: demo.life.pickup.start - 4 * DAY_MS, end: heldUntil(demo.life) };
}

class Yard {
  readonly #network: Network;
  readonly #reserved: Window | null;
  readonly #reservedVehicle: number;
  readonly #crewsByEquipment: ReadonlyMap<string, readonly Crew[]>;
  readonly #trucks: Truck[] = [];
  readonly #crewFreeAt: number[];

  constructor(crews: readonly Crew[], network: Network, reserved: Window | null) {
    this.#network = network;
    this.#reserved = reserved;
    this.#reservedVehicle = crews[0]?.vehicleIndex ?? -1;
    this.#crewsByEquipment = Map.groupBy(crews, (crew) => crew.vehicle.equipment);
    this.#crewFreeAt = crews.map(() => 0);
    for (const crew of crews)
      this.#trucks[crew.vehicleIndex] ??= { freeAt: 0, hub: crew.homeHub, lastCrew: crew.index };
  }

  bestFor(plan: AssessedPlan): Crew | null {
    let best: Crew | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const crew of this.#crewsByEquipment.get(plan.load.equipment) ?? []) {
      const effort = this.#effort(crew, plan);
      if (effort < least) [best, least] = [crew, effort];
    }
    return best;
  }

  take(crew: Crew, { life, lane }: AssessedPlan): void {
    const until = heldUntil(life);
    const rest = until - life.pickup.start > LONG_HAUL_MS ? LONG_REST_MS : LOADING_REST_MS;
    this.#crewFreeAt[crew.index] = until + rest;
    this.#trucks[crew.vehicleIndex] = { freeAt: until + LOADING_REST_MS, hub: lane.destination, lastCrew: crew.index };
  }

  /** Empty kilometres less the credit for idling. Infinite when the crew can't take the load. */
  #effort(crew: Crew, { life, lane, load }: AssessedPlan): number {
    const truck = this.#trucks[crew.vehicleIndex]!;
    const readyAt = Math.max(truck.freeAt, this.#crewFreeAt[crew.index]!);
    const start = life.pickup.start;
    if (readyAt > start || crew.driver.hiredAt.getTime() + DAY_MS > life.assignedAt) return Number.POSITIVE_INFINITY;
    if (load.weightKg > crew.vehicle.maxWeightKg || load.volumeM3 > crew.vehicle.maxVolumeM3)
      return Number.POSITIVE_INFINITY;
    if (load.hazardous && !crew.driver.licenseClasses.includes('HAZMAT')) return Number.POSITIVE_INFINITY;
    if (this.#collidesWithReservation(crew, start, heldUntil(life))) return Number.POSITIVE_INFINITY;
    const meters = this.#emptyMeters(truck, crew, lane.origin);
    if (readyAt + transitMs(meters) > start) return Number.POSITIVE_INFINITY;
    const idleHours = Math.min(IDLE_HOURS_COUNTED, (start - this.#crewFreeAt[crew.index]!) / HOUR_MS);
    return meters / 1000 - KILOMETERS_PER_IDLE_HOUR * idleHours;
  }

  /** Two crews hand a vehicle over at its home hub. */
  #emptyMeters(truck: Truck, crew: Crew, origin: number): number {
    const { distanceMeters } = this.#network;
    if (truck.lastCrew === crew.index) return distanceMeters(truck.hub, origin);
    return distanceMeters(truck.hub, crew.homeHub) + distanceMeters(crew.homeHub, origin);
  }

  #collidesWithReservation(crew: Crew, start: number, end: number): boolean {
    if (this.#reserved === null || crew.vehicleIndex !== this.#reservedVehicle) return false;
    return start < this.#reserved.end && end > this.#reserved.start;
  }
}
