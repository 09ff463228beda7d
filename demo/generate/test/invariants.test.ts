import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '#shared/test/random.ts';
import type { ShipmentStatus } from '#shared/vocabulary.ts';
import { scoreOf, verdictOf } from '../../../subgraphs/risk/domain/rules.ts';
import type { Assignment, Shift, Shipment, World } from '../../world.ts';
import { generateWorld } from '../generate.ts';
import { priceOf } from '../prices.ts';

/** Every step that the generator may take. */
const legalSteps: Readonly<Record<ShipmentStatus, readonly ShipmentStatus[]>> = {
  DRAFT: ['BOOKED', 'CANCELLED'],
  BOOKED: ['ASSIGNED', 'CANCELLED'],
  ASSIGNED: ['PICKED_UP', 'CANCELLED'],
  PICKED_UP: ['IN_TRANSIT'],
  IN_TRANSIT: ['OUT_FOR_DELIVERY', 'EXCEPTION'],
  OUT_FOR_DELIVERY: ['DELIVERED', 'EXCEPTION'],
  EXCEPTION: ['IN_TRANSIT', 'OUT_FOR_DELIVERY', 'CANCELLED'],
  DELIVERED: [],
  CANCELLED: [],
};

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Small worlds of all kinds, some with far too few trucks for their freight. */
const worlds: fc.Arbitrary<World> = fc
  .record({
    seed: fc.integer(),
    now: fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
    hubs: fc.integer({ min: 4, max: 30 }),
    organizations: fc.integer({ min: 2, max: 20 }),
    vehicles: fc.integer({ min: 5, max: 20 }),
    seconds: fc.integer({ min: 0, max: 12 }),
    shipments: fc.integer({ min: 0, max: 500 }),
    openPerStatus: fc.integer({ min: 1, max: 4 }),
    months: fc.integer({ min: 1, max: 18 }),
  })
  .map(({ seed, now, seconds, ...size }) =>
    generateWorld({ seed, now, size: { ...size, drivers: size.vehicles + seconds } }),
  );

function holds(check: (world: World) => void): void {
  fc.assert(fc.property(worlds, check), { numRuns: runs(10) });
}

function ascending(times: readonly Date[]): boolean {
  return times.every((time, index) => index === 0 || time > times[index - 1]!);
}

function expectNoOverlap(spans: readonly Pick<Assignment | Shift, 'startsAt' | 'endsAt'>[]): void {
  const sorted = [...spans].sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime());
  for (const [index, span] of sorted.entries()) {
    expect(span.endsAt > span.startsAt).toBe(true);
    const next = sorted[index + 1];
    if (next !== undefined) expect(next.startsAt >= span.endsAt).toBe(true);
  }
}

function assignmentsOf(shipments: readonly Shipment[]): Assignment[] {
  return shipments.flatMap(({ assignment }) => (assignment === null ? [] : [assignment]));
}

/** The time during which each load was, or is, on its vehicle. */
function carriedSpans(
  shipments: readonly Shipment[],
): Pick<Assignment, 'driverId' | 'vehicleId' | 'startsAt' | 'endsAt'>[] {
  const endOfTime = new Date(8.64e15);
  return shipments.flatMap(({ assignment, pickedUpAt, statusChangedAt }) => {
    if (assignment === null || pickedUpAt === null) return [];
    const { driverId, vehicleId, state } = assignment;
    return [{ driverId, vehicleId, startsAt: pickedUpAt, endsAt: state === 'ACTIVE' ? endOfTime : statusChangedAt }];
  });
}

/** Every object with an id, wherever it is nested. */
function idsWithin(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsWithin);
  if (value === null || typeof value !== 'object' || value instanceof Date) return [];
  const own = 'id' in value && typeof value.id === 'string' ? [value.id] : [];
  return [...own, ...Object.values(value).flatMap(idsWithin)];
}

describe('in any world', () => {
  test('no driver and no vehicle is in two places at once', () => {
    holds(({ shipments, shifts }) => {
      const assignments = assignmentsOf(shipments);
      for (const own of Map.groupBy(assignments, ({ driverId }) => driverId).values()) expectNoOverlap(own);
      for (const own of Map.groupBy(assignments, ({ vehicleId }) => vehicleId).values()) expectNoOverlap(own);
      for (const own of Map.groupBy(shifts, ({ driverId }) => driverId).values()) expectNoOverlap(own);
      for (const own of Map.groupBy(shifts, ({ vehicleId }) => vehicleId).values()) expectNoOverlap(own);
    });
  });

  test('no driver and no vehicle carries two loads at once, including loads in EXCEPTION', () => {
    holds(({ shipments }) => {
      const spans = carriedSpans(shipments);
      for (const own of Map.groupBy(spans, ({ driverId }) => driverId).values()) expectNoOverlap(own);
      for (const own of Map.groupBy(spans, ({ vehicleId }) => vehicleId).values()) expectNoOverlap(own);
    });
  });

  test('loads fit on their vehicle, vehicle and driver on the equipment', () => {
    holds(({ shipments, vehicles, drivers }) => {
      const vehicleOf = new Map(vehicles.map((vehicle) => [vehicle.id, vehicle]));
      const driverOf = new Map(drivers.map((driver) => [driver.id, driver]));
      for (const { assignment, equipment, totalWeightKg, totalVolumeM3, items } of shipments) {
        expect(totalWeightKg).toBe(items.reduce((sum, item) => sum + item.weightKg, 0));
        if (assignment === null) continue;
        const vehicle = vehicleOf.get(assignment.vehicleId);
        const driver = driverOf.get(assignment.driverId);
        expect(vehicle?.equipment).toBe(equipment);
        expect(totalWeightKg).toBeLessThanOrEqual(vehicle?.maxWeightKg ?? 0);
        expect(totalVolumeM3).toBeLessThanOrEqual(vehicle?.maxVolumeM3 ?? 0);
        expect(driver?.equipment).toContain(equipment);
        expect(driver?.hiredAt.getTime()).toBeLessThan(assignment.assignedAt.getTime());
        expect(vehicle?.createdAt.getTime()).toBeLessThan(assignment.assignedAt.getTime());
      }
    });
  });

  test('every shipment takes allowed steps in ascending time, none after now', () => {
    holds(({ shipments, now }) => {
      for (const { events, status, statusChangedAt, createdAt, stops } of shipments) {
        const times = events.map(({ occurredAt }) => occurredAt);
        expect(times[0]).toEqual(createdAt);
        expect(ascending(times)).toBe(true);
        expect(times[times.length - 1]).toEqual(statusChangedAt);
        expect(statusChangedAt.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(events[events.length - 1]?.toStatus).toBe(status);
        for (const [index, { fromStatus, toStatus }] of events.entries()) {
          expect(fromStatus).toBe(events[index - 1]?.toStatus ?? null);
          if (fromStatus !== null) expect(legalSteps[fromStatus]).toContain(toStatus);
        }
        expect(ascending(stops.flatMap(({ arrivedAt }) => (arrivedAt === null ? [] : [arrivedAt])))).toBe(true);
        for (const { windowStart, windowEnd } of stops) expect(windowEnd > windowStart).toBe(true);
      }
    });
  });

  test('the records of a shipment agree with its status', () => {
    holds(({ shipments }) => {
      for (const shipment of shipments) {
        const { status, events, assignment } = shipment;
        const been = (wanted: ShipmentStatus): boolean => events.some(({ toStatus }) => toStatus === wanted);
        const delivered = status === 'DELIVERED';
        expect(shipment.deliveredAt !== null).toBe(delivered);
        expect(shipment.onTime !== null).toBe(delivered);
        expect(shipment.proofOfDelivery !== null).toBe(delivered);
        expect(shipment.invoice !== null).toBe(delivered);
        expect(shipment.carryingCostCents !== null).toBe(delivered);
        expect(shipment.pickedUpAt !== null).toBe(been('PICKED_UP'));
        expect(shipment.risk !== null).toBe(been('BOOKED'));
        expect(shipment.quote?.status === 'ACCEPTED').toBe(been('BOOKED'));
        expect(assignment !== null).toBe(been('ASSIGNED'));
        if (assignment === null) continue;
        expect(assignment.state).toBe(delivered ? 'COMPLETED' : status === 'CANCELLED' ? 'RELEASED' : 'ACTIVE');
        expect(assignment.releasedAt !== null).toBe(assignment.state === 'RELEASED');
        expect(assignment.assignedAt < assignment.startsAt).toBe(true);
      }
    });
  });

  test('nothing has happened after now', () => {
    holds(({ now, shipments, incidents, accounts, organizations, drivers, vehicles }) => {
      const past = [
        ...shipments.flatMap(({ delays, comments, rating, invoice, risk, quote, stops, assignment }) => [
          ...delays.map(({ reportedAt }) => reportedAt),
          ...comments.map(({ createdAt }) => createdAt),
          ...stops.map(({ arrivedAt }) => arrivedAt),
          ...(invoice?.payments ?? []).map(({ paidAt }) => paidAt),
          rating?.ratedAt,
          invoice?.issuedAt,
          quote?.createdAt,
          quote?.acceptedAt,
          risk?.assessedAt,
          risk?.decision?.decidedAt,
          assignment?.assignedAt,
          assignment?.releasedAt,
        ]),
        ...incidents.map(({ occurredAt }) => occurredAt),
        ...[...accounts, ...organizations, ...vehicles].map(({ createdAt }) => createdAt),
        ...drivers.map(({ hiredAt }) => hiredAt),
      ].filter((time) => time instanceof Date);
      for (const time of past) expect(time.getTime()).toBeLessThanOrEqual(now.getTime());
    });
  });

  test('ids, references, addresses, plates and numbers are unique', () => {
    holds((world) => {
      const { shipments, accounts, vehicles, drivers } = world;
      const ids = idsWithin(world);
      expect(ids.filter((id) => !uuid7.test(id))).toEqual([]);
      const invoices = shipments.flatMap(({ invoice }) => (invoice === null ? [] : [invoice]));
      const unique = [
        ids,
        shipments.map(({ reference }) => reference),
        accounts.map(({ email }) => email),
        vehicles.map(({ plate }) => plate),
        drivers.map(({ licenseNumber }) => licenseNumber),
        invoices.map(({ number }) => number),
        invoices.flatMap(({ payments }) => payments.map(({ reference }) => reference)),
      ];
      for (const list of unique) expect(new Set(list).size).toBe(list.length);
    });
  });

  test('every reference leads to a record', () => {
    holds(({ hubs, lanes, organizations, accounts, drivers, vehicles, shifts, incidents, shipments, demo }) => {
      const known = (records: readonly { readonly id: string }[]) => new Set<string>(records.map(({ id }) => id));
      const [hub, lane, organization, account] = [known(hubs), known(lanes), known(organizations), known(accounts)];
      const [driver, vehicle, shipment] = [known(drivers), known(vehicles), known(shipments)];
      const expectKnown = (set: ReadonlySet<string>, ids: readonly (string | null | undefined)[]): void => {
        for (const id of ids) if (typeof id === 'string') expect(set.has(id)).toBe(true);
      };
      expectKnown(
        hub,
        lanes.flatMap(({ originHubId, destinationHubId }) => [originHubId, destinationHubId]),
      );
      expectKnown(
        hub,
        [...organizations, ...drivers, ...vehicles].map(({ homeHubId }) => homeHubId),
      );
      expectKnown(
        organization,
        accounts.map(({ organizationId }) => organizationId),
      );
      expectKnown(
        account,
        drivers.map(({ accountId }) => accountId),
      );
      expectKnown(
        vehicle,
        drivers.map(({ usualVehicleId }) => usualVehicleId),
      );
      for (const { driverId, vehicleId } of [...shifts, ...incidents, ...assignmentsOf(shipments)]) {
        expectKnown(driver, [driverId]);
        expectKnown(vehicle, [vehicleId]);
      }
      expectKnown(shipment, [demo.activeShipmentId, ...incidents.map(({ shipmentId }) => shipmentId)]);
      for (const {
        organizationId,
        laneId,
        stops,
        events,
        comments,
        createdByAccountId,
        rating,
        assignment,
      } of shipments) {
        expectKnown(organization, [organizationId]);
        expectKnown(lane, [laneId]);
        expectKnown(
          hub,
          stops.map(({ hubId }) => hubId),
        );
        expectKnown(
          account,
          events.map(({ actorAccountId }) => actorAccountId),
        );
        expectKnown(
          account,
          comments.map(({ accountId }) => accountId),
        );
        expectKnown(account, [createdByAccountId, rating?.accountId, assignment?.assignedByAccountId]);
      }
    });
  });

  test('customers act for their own organization, after it joined', () => {
    holds(({ shipments, accounts, organizations }) => {
      const accountOf = new Map(accounts.map((account) => [account.id, account]));
      const organizationOf = new Map(organizations.map((organization) => [organization.id, organization]));
      for (const { createdByAccountId, organizationId, createdAt } of shipments) {
        const account = accountOf.get(createdByAccountId);
        expect(account?.organizationId).toBe(organizationId);
        expect(account?.createdAt.getTime()).toBeLessThan(createdAt.getTime());
        expect(organizationOf.get(organizationId)?.createdAt.getTime()).toBeLessThan(createdAt.getTime());
      }
    });
  });

  test('prices follow their factors, payments never exceed the invoice', () => {
    holds(({ shipments, now }) => {
      for (const { quote, invoice } of shipments) {
        if (quote !== null) {
          expect(quote).toMatchObject({ priceCents: priceOf(quote).priceCents });
          expect(quote.demandFactor).toBeGreaterThanOrEqual(0.8);
          expect(quote.demandFactor).toBeLessThanOrEqual(1.5);
          expect(quote.priceCents).toBeGreaterThanOrEqual(quote.floorCents);
          expect(quote.priceCents).toBeLessThanOrEqual(quote.ceilingCents);
        }
        if (invoice === null) continue;
        const paid = invoice.payments.reduce((sum, { amountCents }) => sum + amountCents, 0);
        expect(invoice.amountCents).toBe(quote?.priceCents);
        expect(paid).toBeLessThanOrEqual(invoice.amountCents);
        expect(invoice.status === 'PAID').toBe(paid === invoice.amountCents);
        expect(invoice.status === 'OVERDUE').toBe(paid < invoice.amountCents && invoice.dueAt < now);
        expect(ascending(invoice.payments.map(({ paidAt }) => paidAt))).toBe(true);
      }
    });
  });

  test('blocked, rejected and waiting shipments are never assigned', () => {
    holds(({ shipments }) => {
      for (const { risk, assignment } of shipments) {
        if (risk === null) continue;
        expect(risk.score).toBe(scoreOf(risk.rules));
        expect(risk.verdict).toBe(verdictOf(risk.score));
        if (risk.verdict === 'BLOCK') expect(assignment).toBeNull();
        if (risk.verdict === 'REVIEW' && risk.decision?.decision !== 'APPROVED') expect(assignment).toBeNull();
      }
    });
  });
});
