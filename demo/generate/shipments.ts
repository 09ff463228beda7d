import type { ShipmentStatus } from '#shared/vocabulary.ts';
import type { Account } from '../world.ts';
import { DAY_MS, growthFactor, HOUR_MS, hourWeights, type LocalClock, MINUTE_MS, seasonOfDay } from './calendar.ts';
import { drawFate, drawTrouble, type Fate } from './fate.ts';
import type { LanePlan, Network } from './lanes.ts';
import { GRID_MS, type Life, layOut, type Route } from './life.ts';
import { drawLoad, type Load } from './loads.ts';
import type { Shipper } from './organizations.ts';
import { type Cumulative, cumulate, type Random } from './random.ts';
import { stepsOf } from './steps.ts';

/** A shipment before risk and dispatch have had their say. */
export interface ShipmentPlan {
  readonly shipper: Shipper;
  readonly account: Account;
  readonly lane: LanePlan;
  /** Place of the intermediate stop in the table of hubs. */
  readonly middleHub: number | null;
  readonly meters: number;
  readonly load: Load;
  readonly watchlisted: boolean;
  /** Placed around now, to be in a certain status; not to be put off. */
  readonly fixed: boolean;
  /** The load the demo driver is on. */
  readonly demo: boolean;
  readonly life: Life;
}

export interface PlanInputs {
  readonly random: Random;
  readonly network: Network;
  readonly shippers: readonly Shipper[];
  readonly clock: LocalClock;
  readonly startMs: number;
  readonly nowMs: number;
  readonly count: number;
  readonly openPerStatus: number;
}

export const openStatuses = [
  'DRAFT',
  'BOOKED',
  'ASSIGNED',
  'PICKED_UP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'EXCEPTION',
] as const;

const MIDDLE_STOP_SHARE = 0.07;
const WATCHLISTED_SHARE = 0.0003;
const FREE_CHOICE_SHARE = 0.08;

interface Habits {
  readonly lanes: readonly LanePlan[];
  readonly weights: Cumulative;
}

/** Plans every shipment, in the order of creation: the ordinary ones, bursts, and those open right now. */
export function planShipments(inputs: PlanInputs): ShipmentPlan[] {
  const planner = createPlanner(inputs);
  const bursts = planner.bursts();
  const ordinary = Array.from({ length: Math.max(0, inputs.count - bursts.length) }, () => planner.ordinary());
  const open = openStatuses.flatMap((status) =>
    Array.from({ length: inputs.openPerStatus }, (_, index) => planner.open(status, index)),
  );
  return [...bursts, ...ordinary, ...open].sort((left, right) => left.life.createdAt - right.life.createdAt);
}

function createPlanner(inputs: PlanInputs) {
  const { random, network, shippers, clock, startMs, nowMs } = inputs;
  const habits = shippers.map((shipper) => drawHabits(random, network, shipper));
  const volumes = cumulate(shippers.map((shipper) => shipper.volume));
  const days = daysBetween(startMs, nowMs);
  const dayWeights = cumulate(days.map((day) => seasonOfDay(day) * growthFactor(day, startMs, nowMs)));
  const hours = cumulate(hourWeights);

  /** A moment after the shipper joined, drawn by season and working hours. */
  function moment(): { shipper: Shipper; index: number; createdAt: number } {
    for (;;) {
      const index = random.weightedIndex(volumes);
      const shipper = shippers[index]!;
      const day = days[random.weightedIndex(dayWeights)]!;
      const hour = random.weightedIndex(hours) + random.unit();
      const createdAt = Math.floor(clock.utcOf(day, shipper.hub.timeZone, hour));
      const joined = shipper.organization.createdAt.getTime() + DAY_MS;
      if (createdAt >= Math.max(startMs, joined) && createdAt < nowMs) return { shipper, index, createdAt };
    }
  }

  function laneFor(index: number): LanePlan {
    const { lanes, weights } = habits[index]!;
    const free = lanes.length === 0 || random.chance(FREE_CHOICE_SHARE);
    return free ? network.lanes[random.weightedIndex(network.laneWeights)]! : lanes[random.weightedIndex(weights)]!;
  }

  function plan(
    shipper: Shipper,
    lane: LanePlan,
    load: Load,
    traits: Partial<Pick<ShipmentPlan, 'watchlisted' | 'demo' | 'fixed'>>,
  ) {
    const middleHub = random.chance(MIDDLE_STOP_SHARE) && traits.demo !== true ? middleOf(network, lane) : null;
    const meters = middleHub === null ? lane.lane.distanceMeters : viaMeters(network, lane, middleHub);
    const account = random.pick(shipper.accounts);
    const parts = {
      shipper,
      account,
      lane,
      middleHub,
      meters,
      load,
      watchlisted: false,
      demo: false,
      fixed: false,
      ...traits,
    };
    return { parts, route: routeOf(network, lane, middleHub, meters) };
  }

  function ordinary(): ShipmentPlan {
    const { shipper, index, createdAt } = moment();
    const lane = laneFor(index);
    const load = drawLoad(random, shipper.organization.industry, lane.lane.distanceMeters);
    const { parts, route } = plan(shipper, lane, load, { watchlisted: random.chance(WATCHLISTED_SHARE) });
    const fate = drawFate(random, isWinter(createdAt), crossesBorder(network, lane));
    return { ...parts, life: layOut(fate, route, createdAt, clock) };
  }

  /** A shipment that is in `status` now. The first in transit is the demo customer's with the demo driver. */
  function open(status: (typeof openStatuses)[number], index: number): ShipmentPlan {
    const demo = status === 'IN_TRANSIT' && index === 0;
    const place = demo || index === 0 ? 0 : random.weightedIndex(volumes);
    const shipper = shippers[joinedBefore(shippers, place, nowMs - 8 * DAY_MS) ? place : 0]!;
    const lane = demo ? longestLane(network, habits[0]!.lanes) : laneFor(shippers.indexOf(shipper));
    const load = drawLoad(
      random,
      shipper.organization.industry,
      lane.lane.distanceMeters,
      demo ? 'DRY_VAN' : undefined,
    );
    const watchlisted = status === 'BOOKED' && index === 1;
    const { parts, route } = plan(shipper, lane, load, { demo, watchlisted, fixed: true });
    const fate = fateFor(random, status);
    const begin = Math.floor(nowMs / GRID_MS) * GRID_MS;
    const sketch = layOut(fate, route, begin, null);
    const shift = nowMs - momentWithin(sketch, status, demo ? 0.5 : random.between(0.15, 0.85));
    return { ...parts, life: layOut(fate, route, begin + Math.round(shift / GRID_MS) * GRID_MS, null) };
  }

  /** Six to nine bookings within forty minutes: new customers on odd lanes with expensive goods, and old customers in a hurry. */
  function bursts(): ShipmentPlan[] {
    if (network.rareLanes.length === 0 || inputs.count < 500) return [];
    const expensive = ['Pharmaceuticals', 'Electronics', 'Automotive', 'Machinery', 'Energy'];
    const late = shippers.filter(({ organization }) => organization.createdAt.getTime() > startMs + 30 * DAY_MS);
    const newcomers = late.filter(({ organization }) => expensive.includes(organization.industry));
    const old = shippers.filter(({ organization }) => organization.createdAt.getTime() < startMs).slice(2, 6);
    return [...newcomers.map((shipper) => burst(shipper, true)), ...old.map((shipper) => burst(shipper, false))].flat();
  }

  /** Bookings soon after joining, without a history. That of the latest newcomer still waits for review. */
  function newcomerBurstAt(shipper: Shipper): number {
    const latest = shipper === shippers[shippers.length - 1];
    return latest ? nowMs - 4 * HOUR_MS : shipper.organization.createdAt.getTime() + 2.5 * DAY_MS;
  }

  function burst(shipper: Shipper, newcomer: boolean): ShipmentPlan[] {
    const at = newcomer ? newcomerBurstAt(shipper) : random.between(startMs + 30 * DAY_MS, nowMs - 9 * DAY_MS);
    const begin = clock.nextWithin(at, shipper.hub.timeZone, 8, 16);
    const oddLanes = random.shuffled(network.rareLanes.slice(0, 40));
    const index = shippers.indexOf(shipper);
    return Array.from({ length: random.integer(8, 9) }, (_, order): ShipmentPlan => {
      const lane = newcomer ? oddLanes[order % oddLanes.length]! : laneFor(index);
      const meters = lane.lane.distanceMeters;
      const load = drawLoad(random, shipper.organization.industry, meters, newcomer ? 'DEAREST' : undefined);
      const { parts, route } = plan(shipper, lane, load, {});
      const calm = { ...drawFate(random, false, false), cancel: null, trouble: null };
      const fate = { ...calm, bookAfter: 2 * MINUTE_MS, lead: calm.lead + 30 * HOUR_MS };
      const createdAt = Math.min(begin, nowMs - 2 * HOUR_MS) + Math.round((order + random.unit()) * 4 * MINUTE_MS);
      return { ...parts, life: layOut(fate, route, createdAt, clock) };
    });
  }

  return { ordinary, open, bursts };
}

function fateFor(random: Random, status: ShipmentStatus): Fate {
  const fate = { ...drawFate(random, false, false), cancel: null, trouble: null, late: null };
  if (status === 'DRAFT') return { ...fate, bookAfter: Math.round(random.between(20, 60) * HOUR_MS) };
  if (status === 'EXCEPTION') return { ...fate, trouble: drawTrouble(random, true) };
  return fate;
}

/** The moment at which `share` of the time in `status` has passed. */
function momentWithin(life: Life, status: ShipmentStatus, share: number): number {
  const steps = stepsOf(life, true);
  const place = steps.findIndex((step) => step.status === status);
  const from = steps[place]?.at ?? life.createdAt;
  return from + share * ((steps[place + 1]?.at ?? from) - from);
}

function drawHabits(random: Random, network: Network, shipper: Shipper): Habits {
  const common = network.lanes.filter(({ rare }) => !rare);
  const home = common.filter(({ origin }) => network.hubs[origin] === shipper.hub);
  const weights = cumulate(common.map(({ lane }) => lane.weight));
  const others = Array.from({ length: random.integer(4, 9) }, () => common[random.weightedIndex(weights)]!);
  const lanes = [...new Set([...random.shuffled(home).slice(0, 5), ...others])].filter((lane) => lane !== undefined);
  return { lanes, weights: cumulate(lanes.map(({ lane }) => Math.sqrt(lane.weight) * random.between(0.4, 1.6))) };
}

function routeOf(network: Network, lane: LanePlan, middleHub: number | null, meters: number): Route {
  const zone = (place: number): string => network.hubs[place]!.timeZone;
  return {
    meters,
    middleMeters: middleHub === null ? null : network.distanceMeters(lane.origin, middleHub),
    originZone: zone(lane.origin),
    destinationZone: zone(lane.destination),
  };
}

function viaMeters(network: Network, lane: LanePlan, middle: number): number {
  return network.distanceMeters(lane.origin, middle) + network.distanceMeters(middle, lane.destination);
}

/** The hub with the smallest detour, if that is under 15 %. */
function middleOf(network: Network, lane: LanePlan): number | null {
  let best: number | null = null;
  let least = lane.lane.distanceMeters * 1.15;
  for (let hub = 0; hub < network.hubs.length; hub++) {
    if (hub === lane.origin || hub === lane.destination) continue;
    const meters = viaMeters(network, lane, hub);
    if (meters < least) [best, least] = [hub, meters];
  }
  return best;
}

function longestLane(network: Network, lanes: readonly LanePlan[]): LanePlan {
  const candidates = lanes.length === 0 ? network.lanes : lanes;
  return candidates.reduce((best, lane) => (lane.lane.distanceMeters > best.lane.distanceMeters ? lane : best));
}

function joinedBefore(shippers: readonly Shipper[], place: number, atMs: number): boolean {
  return (shippers[place]?.organization.createdAt.getTime() ?? Number.POSITIVE_INFINITY) < atMs;
}

function crossesBorder({ hubs }: Network, lane: LanePlan): boolean {
  return hubs[lane.origin]?.country !== hubs[lane.destination]?.country;
}

function isWinter(atMs: number): boolean {
  const month = new Date(atMs).getUTCMonth();
  return month === 11 || month < 2;
}

function daysBetween(startMs: number, nowMs: number): number[] {
  const first = Math.floor(startMs / DAY_MS);
  const last = Math.floor(nowMs / DAY_MS);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * DAY_MS);
}
