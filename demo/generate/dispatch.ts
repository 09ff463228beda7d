import { transitMs } from '#shared/geo/hours-of-service.ts';
import { DAY_MS, HOUR_MS } from './calendar.ts';
import type { Crew } from './fleet.ts';
import type { Network } from './lanes.ts';
import { heldUntil, postponed, type Window } from './life.ts';
import { type AssessedPlan, cancelled } from './risk.ts';

/** A plan with the crew that carries it; without one it was never up for assignment, or no truck was free. */
export interface DispatchedPlan extends AssessedPlan {
  readonly crew: Crew | null;
}

/** How late the pickup may be put when no truck is free, in days, in the order of trying. */
const DAYS_PUT_OFF = [0, 1, 2] as const;
const LOADING_REST_MS = HOUR_MS;
const LONG_HAUL_MS = 10 * HOUR_MS;
const LONG_REST_MS = 6 * HOUR_MS;
/** How many kilometres of empty driving an hour of idling is worth, to spread the work. */
const KILOMETERS_PER_IDLE_HOUR = 1.5;
const IDLE_HOURS_COUNTED = 240;

interface Truck {
  freeAt: number;
  hub: number;
  lastCrew: number;
}

/**
 * Gives each load, in the order of pickup, the crew that is free, fit and able to be there in time, preferring near and
 * long idle ones. A crew's loads never overlap, nor do those of a vehicle two crews share; its way to the pickup fits
 * in between. What finds no truck is put off by a day or two, in the end cancelled.
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
      const crew = plan.demo ? (crews[0] as Crew) : yard.bestFor(later);
      if (crew === null) continue;
      yard.take(crew, later);
      return { ...later, crew };
    }
    return { ...cancelled(plan, plan.life.pickup.end + HOUR_MS, 'No truck free'), crew: null };
  });
}

/** What is fixed is served two days before its pickup, when there is still a choice of trucks. */
function turnOf({ life, fixed }: AssessedPlan): number {
  return life.pickup.start - (fixed ? 2 * DAY_MS : 0);
}

function isUpForAssignment({ risk, life }: AssessedPlan): boolean {
  if (risk === null || risk.verdict === 'BLOCK' || risk.decision?.decision === 'REJECTED') return false;
  return life.cancellation === null || life.cancellation.at > life.assignedAt;
}

/** The demo driver's load is certain to be carried by the demo driver: the time is kept free for it. */
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

  /** Empty kilometres less the credit for idling; infinite when the crew cannot do it. */
  #effort(crew: Crew, { life, lane, load }: AssessedPlan): number {
    const truck = this.#trucks[crew.vehicleIndex] as Truck;
    const readyAt = Math.max(truck.freeAt, this.#crewFreeAt[crew.index] as number);
    const start = life.pickup.start;
    if (readyAt > start || crew.driver.hiredAt.getTime() + DAY_MS > life.assignedAt) return Number.POSITIVE_INFINITY;
    if (load.weightKg > crew.vehicle.maxWeightKg || load.volumeM3 > crew.vehicle.maxVolumeM3)
      return Number.POSITIVE_INFINITY;
    if (load.hazardous && !crew.driver.licenseClasses.includes('HAZMAT')) return Number.POSITIVE_INFINITY;
    if (this.#collidesWithReservation(crew, start, heldUntil(life))) return Number.POSITIVE_INFINITY;
    const meters = this.#emptyMeters(truck, crew, lane.origin);
    if (readyAt + transitMs(meters) > start) return Number.POSITIVE_INFINITY;
    const idleHours = Math.min(IDLE_HOURS_COUNTED, (start - (this.#crewFreeAt[crew.index] as number)) / HOUR_MS);
    return meters / 1000 - KILOMETERS_PER_IDLE_HOUR * idleHours;
  }

  /** A vehicle changes hands at home. */
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
