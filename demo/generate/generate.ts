import type { Account, DemoCast, Shipment, World, WorldSize } from '../world.ts';
import { createLocalClock, DAY_MS } from './calendar.ts';
import { dispatchPlans } from './dispatch.ts';
import { createShifts } from './duty.ts';
import { type Crew, createFleet } from './fleet.ts';
import { createHubs, HUB_TABLE_LENGTH } from './hubs.ts';
import { createMint } from './identifiers.ts';
import { createIncidents } from './incidents.ts';
import { createNetwork } from './lanes.ts';
import { createShippers, createStaff, ORGANIZATION_LIMIT, type Shipper, type Staff } from './organizations.ts';
import { Random } from './random.ts';
import { recordShipments } from './records.ts';
import { assessPlans, createWatchlist } from './risk.ts';
import { planShipments, type ShipmentPlan } from './shipments.ts';

/** The world of the running demo. */
export const fullSize: WorldSize = {
  hubs: HUB_TABLE_LENGTH,
  organizations: 50,
  drivers: 200,
  vehicles: 150,
  shipments: 20_000,
  openPerStatus: 12,
  months: 18,
};

const limits: Readonly<Record<keyof WorldSize, readonly [least: number, most: number]>> = {
  hubs: [4, HUB_TABLE_LENGTH],
  organizations: [2, ORGANIZATION_LIMIT],
  drivers: [5, 5_000],
  vehicles: [5, 5_000],
  shipments: [0, 1_000_000],
  openPerStatus: [1, 1_000],
  months: [1, 1_200],
};

export interface WorldOptions {
  /** Any integer. Equal seed, now and size give an equal world. */
  readonly seed: number;
  readonly now: Date;
  /** Omitted sizes are those of `fullSize`. */
  readonly size?: Partial<WorldSize>;
}

/**
 * Generates the demo's freight network without clock or I/O, in less than a second for the full size.
 * @throws RangeError when a size is out of its limits, or when there are more vehicles than drivers
 */
export function generateWorld({ seed, now, size: wanted = {} }: WorldOptions): World {
  const size = checkedSize({ ...fullSize, ...wanted });
  const random = new Random(seed, 'world');
  const mint = createMint(random.stream('identifiers'));
  const clock = createLocalClock();
  const nowMs = now.getTime();
  const startMs = Math.floor(nowMs - size.months * 30.4375 * DAY_MS);
  const foundedMs = startMs - 6 * 365 * DAY_MS;

  const hubs = createHubs(size.hubs, foundedMs, mint);
  const network = createNetwork(hubs, foundedMs, random.stream('lanes'), mint);
  const staff = createStaff(random.stream('staff'), mint, startMs, Math.max(2, Math.ceil(size.drivers / 16)));
  const people = { mint, hubs, startMs, nowMs };
  const shippers = createShippers({ ...people, random: random.stream('organizations'), count: size.organizations });
  const { drivers, vehicles } = size;
  const crews = createFleet({ ...people, random: random.stream('fleet'), drivers, vehicles });
  const watchlist = createWatchlist(mint, startMs);

  const planning = {
    network,
    shippers,
    clock,
    startMs,
    nowMs,
    count: size.shipments,
    openPerStatus: size.openPerStatus,
  };
  const plans = planShipments({ ...planning, random: random.stream('shipments') });
  const perMonth = countLanes(plans, Math.max(startMs, nowMs - 365.25 * DAY_MS), nowMs);
  const assessed = assessPlans(plans, perMonth, random.stream('risk'));
  const dispatched = dispatchPlans(assessed, crews, network);
  const shipments = recordShipments(dispatched, {
    hubs,
    dispatchers: staff.dispatchers,
    reviewer: staff.admins[0]!,
    watchlist,
    random: random.stream('records'),
    mint,
    nowMs,
  });

  return {
    seed,
    now: new Date(nowMs),
    size,
    hubs,
    lanes: network.lanes.map(({ lane }) => ({ ...lane, shipmentsPerMonth: perMonth.get(lane.id) ?? 0 })),
    organizations: shippers.map(({ organization }) => organization),
    accounts: accountsOf(staff, shippers, crews),
    drivers: crews.map(({ driver }) => driver),
    vehicles: crews.slice(0, size.vehicles).map(({ vehicle }) => vehicle),
    shifts: createShifts({ crews, hubs, shipments, clock, random: random.stream('duty'), mint, nowMs }),
    incidents: createIncidents(shipments, crews, random.stream('incidents'), mint, nowMs),
    watchlist,
    shipments,
    demo: castOf(staff, shippers, crews, shipments),
  };
}

function checkedSize(size: WorldSize): WorldSize {
  // `limits` has the names of a size only.
  for (const name of Object.keys(limits) as (keyof WorldSize)[]) {
    const [least, most] = limits[name];
    const value = size[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`size.${name} must be a whole number from ${least} to ${most}, got ${value}`);
    }
  }
  if (size.vehicles > size.drivers) {
    throw new RangeError(`size.vehicles must not exceed size.drivers (${size.drivers}), got ${size.vehicles}`);
  }
  return size;
}

/** Shipments per month on each lane between two moments, rounded to hundredths. */
function countLanes(plans: readonly ShipmentPlan[], fromMs: number, untilMs: number): Map<string, number> {
  const months = (untilMs - fromMs) / (30.4375 * DAY_MS);
  const counts = new Map<string, number>();
  for (const { lane, life } of plans) {
    if (life.createdAt >= fromMs) counts.set(lane.lane.id, (counts.get(lane.lane.id) ?? 0) + 1);
  }
  for (const [lane, count] of counts) counts.set(lane, Math.round((count / months) * 100) / 100);
  return counts;
}

function accountsOf(staff: Staff, shippers: readonly Shipper[], crews: readonly Crew[]): Account[] {
  return [
    ...staff.admins,
    ...staff.dispatchers,
    ...staff.analysts,
    ...shippers.flatMap(({ accounts }) => accounts),
    ...crews.map(({ account }) => account),
  ];
}

function castOf(
  staff: Staff,
  shippers: readonly Shipper[],
  crews: readonly Crew[],
  shipments: readonly Shipment[],
): DemoCast {
  const [customer, partner] = shippers as readonly [Shipper, Shipper]; // a world has two at least
  const { driver } = crews[0]!;
  const active = shipments.find(
    ({ assignment, status }) => assignment?.driverId === driver.id && status === 'IN_TRANSIT',
  );
  if (active === undefined) throw new Error('the demo driver has no load in transit');
  return {
    admin: staff.admins[0]!.id,
    dispatcher: staff.dispatchers[0]!.id,
    driver: driver.accountId,
    customer: customer.accounts[0]!.id,
    partner: partner.accounts[0]!.id,
    analyst: staff.analysts[0]!.id,
    customerOrganizationId: customer.organization.id,
    partnerOrganizationId: partner.organization.id,
    driverId: driver.id,
    activeShipmentId: active.id,
  };
}
