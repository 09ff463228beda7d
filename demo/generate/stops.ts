import type { StopKind } from '#shared/vocabulary.ts';
import type { Hub, Stop } from '../world.ts';
import { MINUTE_MS } from './calendar.ts';
import type { DispatchedPlan } from './dispatch.ts';
import type { Mint } from './identifiers.ts';
import type { Life, Window } from './life.ts';
import { facilityName, streetAddress } from './names.ts';
import type { Random } from './random.ts';
import type { Step } from './steps.ts';

/** About 4 km north or east, in degrees. */
const JITTER_DEGREES = 0.036;

export interface StopInputs {
  readonly plan: DispatchedPlan;
  readonly hubs: readonly Hub[];
  /** Events until now. */
  readonly steps: readonly Step[];
  readonly watchlistedName: string;
  readonly random: Random;
  readonly mint: Mint;
  readonly nowMs: number;
}

/** Pickup, an optional intermediate stop, delivery. Only stops that the truck has reached have an arrival. */
export function stopsOf(inputs: StopInputs): Stop[] {
  const { plan, random, nowMs } = inputs;
  const { life, lane, middleHub } = plan;
  const reached = (status: Step['status']): boolean => inputs.steps.some((step) => step.status === status);
  const loading = random.integer(15, 50) * MINUTE_MS;
  const pickedUp = reached('PICKED_UP') ? Math.max(life.pickup.start, life.pickedUpAt - loading) : null;
  const delivered = reached('DELIVERED') ? life.deliveredAt - random.integer(10, 35) * MINUTE_MS : null;
  const stops = [stop(inputs, 0, 'PICKUP', lane.origin, life.pickup, pickedUp)];
  if (middleHub !== null && life.middle !== null) {
    const at = middleArrival(life);
    const been = reached('IN_TRANSIT') && at !== null && at <= nowMs ? at : null;
    stops.push(stop(inputs, 1, 'INTERMEDIATE', middleHub, life.middle.window, been));
  }
  stops.push(stop(inputs, stops.length, 'DELIVERY', lane.destination, life.delivery, delivered));
  return stops;
}

/** Arrival at the intermediate stop. An exception on the way delays it, or ends the trip. */
function middleArrival({ middle, trouble }: Life): number | null {
  if (middle === null) return null;
  if (trouble === null || trouble.from === 'OUT_FOR_DELIVERY' || trouble.at >= middle.arrivedAt)
    return middle.arrivedAt;
  return trouble.recovered ? middle.arrivedAt + (trouble.endsAt - trouble.at) : null;
}

function stop(
  { plan, hubs, watchlistedName, random, mint }: StopInputs,
  sequence: number,
  kind: StopKind,
  place: number,
  window: Window,
  arrivedAt: number | null,
): Stop {
  const hub = hubs[place]!;
  const ownDock = kind === 'PICKUP' && random.chance(0.7);
  const party = ownDock ? plan.shipper.organization.name : facilityName(random);
  return {
    id: mint<'Stop'>(plan.life.createdAt),
    sequence,
    kind,
    hubId: hub.id,
    contactName: kind === 'DELIVERY' && plan.watchlisted ? watchlistedName : party,
    street: streetAddress(random, hub.country),
    city: hub.city,
    region: hub.region,
    country: hub.country,
    latitude: jittered(hub.latitude, random),
    longitude: jittered(hub.longitude, random),
    timeZone: hub.timeZone,
    windowStart: new Date(window.start),
    windowEnd: new Date(window.end),
    arrivedAt: arrivedAt === null ? null : new Date(arrivedAt),
  };
}

function jittered(degrees: number, random: Random): number {
  return Math.round((degrees + JITTER_DEGREES * (random.unit() + random.unit() + random.unit() - 1.5)) * 1e5) / 1e5;
}
