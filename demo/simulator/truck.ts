import { cruiseMetersPerSecond } from '#shared/geo/hours-of-service.ts';
import { usualRoadFactor } from '#shared/geo/road.ts';
import { earthRadiusMeters, greatCircleMeters, type Point } from '#shared/geo/sphere.ts';
import { progressAfter } from '../driving.ts';
import { Way } from '../way.ts';
import type { OpenLoad } from './open-loads.ts';

/** A position in the form of `reportPositions`. */
export interface Report {
  readonly vehicleId: string;
  readonly recordedAt: Date;
  readonly location: Point;
  readonly accuracyMeters: number;
  readonly speedMetersPerSecond: number;
  readonly headingDegrees: number;
}

const movingEveryMs = 4_000;
const standingEveryMs = 60_000;
/** How long the truck stays at the dock after the pickup. */
const dwellMs = 45 * 60_000;
const samples = 1_000;
const metersPerDegree = (earthRadiusMeters * Math.PI) / 180;

/**
 * One truck on the route of its load: great circles between the stops, at the speed of a truck, with traffic, lights and the
 * driver's rests. Deterministic: everything follows from the load, the clock and the id of the vehicle.
 */
export class Truck {
  readonly vehicleId: string;
  readonly #way: Way;
  /** Road metres per metre of great circle. */
  readonly #roadFactor: number;
  readonly #phase: number;
  #load: OpenLoad;
  #meters: number;
  #at: number;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #speed = 0;

  constructor(load: OpenLoad, now: Date) {
    this.vehicleId = load.vehicleId;
    this.#load = load;
    this.#way = new Way(load.stops);
    this.#roadFactor = roadFactorOf(load, this.#way);
    this.#phase = phaseOf(load.vehicleId);
    this.#at = now.getTime();
    this.#meters = this.#way.meters * this.#startShare();
  }

  /** Applies changes of the load. False for another load, which needs a new truck. */
  follow(load: OpenLoad): boolean {
    if (load.shipmentId !== this.#load.shipmentId) return false;
    this.#load = load;
    return true;
  }

  /** Moves the truck to this moment. @param speedup how many times faster than the clock */
  drive(now: Date, speedup: number): void {
    const seconds = Math.max(0, now.getTime() - this.#at) / 1000;
    this.#at = now.getTime();
    this.#speed = this.#speedNow();
    this.#meters = Math.min(this.#way.meters, this.#meters + (this.#speed * seconds * speedup) / this.#roadFactor);
    if (this.#meters >= this.#way.meters) this.#speed = 0;
  }

  /** The position due now: every few seconds while moving, every minute while standing. */
  due(): Report | null {
    const every = this.#speed > 0 ? movingEveryMs : standingEveryMs;
    if (this.#at - this.#reportedAt < every) return null;
    this.#reportedAt = this.#at;
    return this.#report();
  }

  /** Reports the last position again, because it was not delivered. */
  undelivered(): void {
    this.#reportedAt = Number.NEGATIVE_INFINITY;
  }

  #report(): Report {
    const { latitude, longitude, headingDegrees } = this.#way.at(this.#way.meters && this.#meters / this.#way.meters);
    const jitter = (salt: number) => wave(this.#at / 1000, 7 + salt, this.#phase * salt);
    // Up to 6 m to either side: the error of a GPS receiver.
    const north = (jitter(3) * 6) / metersPerDegree;
    const east = (jitter(5) * 6) / (metersPerDegree * Math.max(0.01, Math.cos((latitude * Math.PI) / 180)));
    return {
      vehicleId: this.vehicleId,
      recordedAt: new Date(this.#at),
      location: { latitude: rounded(latitude + north, 6), longitude: rounded(longitude + east, 6) },
      accuracyMeters: rounded(7 + 3 * jitter(2), 1),
      speedMetersPerSecond: rounded(this.#speed, 1),
      headingDegrees: rounded((headingDegrees + jitter(4) * 2 + 360) % 360, 1) % 360,
    };
  }

  #speedNow(): number {
    const { status, pickedUpAt } = this.#load;
    if (status === 'PICKED_UP') return 0;
    const sincePickup = pickedUpAt ? this.#at - pickedUpAt.getTime() : 0;
    if (pickedUpAt && progressAfter(sincePickup - dwellMs).resting) return 0;
    const seconds = this.#at / 1000 + this.#phase * 1_800;
    // One minute of standing in every half hour: lights, tolls, weigh stations.
    if (seconds % 1_800 < 60) return 0;
    return cruiseMetersPerSecond + 2.5 * wave(seconds, 211, this.#phase) + 1.2 * wave(seconds, 37, this.#phase * 3);
  }

  #startShare(): number {
    const { position, status, pickedUpAt } = this.#load;
    if (position) return nearestShare(this.#way, position);
    if (status === 'PICKED_UP') return 0;
    if (status === 'OUT_FOR_DELIVERY') return 0.985;
    const road = pickedUpAt ? progressAfter(this.#at - pickedUpAt.getTime() - dwellMs).roadMeters : 0;
    return this.#way.meters === 0 ? 0 : Math.min(0.98, road / this.#roadFactor / this.#way.meters);
  }
}

function roadFactorOf({ roadMeters }: OpenLoad, way: Way): number {
  if (!roadMeters || way.meters < 5_000) return usualRoadFactor;
  return Math.max(1, Math.min(2.5, roadMeters / way.meters));
}

/** The share of the way that is nearest to a place. */
function nearestShare(way: Way, place: Point): number {
  let best = { share: 0, meters: Number.POSITIVE_INFINITY };
  for (let step = 0; step <= samples; step++) {
    const share = step / samples;
    const meters = greatCircleMeters(way.at(share), place);
    if (meters < best.meters) best = { share, meters };
  }
  return best.share;
}

/** −1 to 1 */
function wave(seconds: number, period: number, phase: number): number {
  return Math.sin(2 * Math.PI * (seconds / period + phase));
}

/** 0 to 1, the same for the same id (FNV-1a). */
function phaseOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
