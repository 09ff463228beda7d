import { beforeAll, describe, expect, test } from '@jest/globals';
import { riskRules } from '../../../subgraphs/risk/domain/vocabulary.ts';
import type { Shipment, World } from '../../world.ts';
import { generateWorld } from '../generate.ts';

const now = new Date('2026-11-20T11:00:00Z');
const small = { hubs: 12, organizations: 8, drivers: 24, vehicles: 18, shipments: 400, openPerStatus: 2, months: 6 };

describe('the same seed and moment', () => {
  test('give the same world to the byte', () => {
    const once = JSON.stringify(generateWorld({ seed: 5, now, size: small }));
    const again = JSON.stringify(generateWorld({ seed: 5, now, size: small }));
    expect(again).toBe(once);
  });

  test('another seed gives another world', () => {
    const one = generateWorld({ seed: 5, now, size: small });
    const other = generateWorld({ seed: 6, now, size: small });
    expect(other.shipments[0]?.id).not.toBe(one.shipments[0]?.id);
    expect(other.organizations.map(({ name }) => name)).not.toEqual(one.organizations.map(({ name }) => name));
  });
});

describe('sizes', () => {
  test('a size out of its limits is refused with its name and limits', () => {
    const tooMany = () => generateWorld({ seed: 1, now, size: { ...small, hubs: 500 } });
    expect(tooMany).toThrow('size.hubs must be a whole number from 4 to 80, got 500');
    expect(() => generateWorld({ seed: 1, now, size: { ...small, drivers: 10.5 } })).toThrow(RangeError);
  });

  test('every vehicle needs a driver', () => {
    const size = { ...small, drivers: 10, vehicles: 11 };
    expect(() => generateWorld({ seed: 1, now, size })).toThrow(
      'size.vehicles must not exceed size.drivers (10), got 11',
    );
  });
});

describe('the world of the running demo', () => {
  let world: World;
  let delivered: readonly Shipment[];

  beforeAll(() => {
    world = generateWorld({ seed: 1, now });
    delivered = world.shipments.filter(({ status }) => status === 'DELIVERED');
  });

  const share = (list: readonly Shipment[], holds: (shipment: Shipment) => boolean): number =>
    list.filter(holds).length / list.length;

  test('has the network that was promised', () => {
    expect(world.hubs.length).toBeGreaterThanOrEqual(60);
    expect(new Set(world.hubs.map(({ country }) => country))).toEqual(new Set(['US', 'CA', 'MX']));
    expect(world.organizations).toHaveLength(50);
    expect(world.drivers).toHaveLength(200);
    expect(world.vehicles).toHaveLength(150);
    expect(world.shipments).toHaveLength(20_000 + 7 * 12);
    expect(new Set(world.organizations.map(({ tier }) => tier)).size).toBe(4);
  });

  test('hub codes are unique, and the runtime has their time zones', () => {
    expect(new Set(world.hubs.map(({ code }) => code)).size).toBe(world.hubs.length);
    for (const { timeZone } of world.hubs) expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow();
  });

  test('has shipments in every status, most open ones in the requested status', () => {
    const counts = Map.groupBy(world.shipments, ({ status }) => status);
    for (const status of [
      'DRAFT',
      'BOOKED',
      'ASSIGNED',
      'PICKED_UP',
      'IN_TRANSIT',
      'OUT_FOR_DELIVERY',
      'EXCEPTION',
    ] as const) {
      expect(counts.get(status)?.length ?? 0).toBeGreaterThanOrEqual(10);
    }
    expect(counts.get('DELIVERED')?.length).toBeGreaterThan(18_000);
  });

  test('delivers as punctually as a real carrier', () => {
    const onTime = share(delivered, (shipment) => shipment.onTime === true);
    expect(onTime).toBeGreaterThan(0.88);
    expect(onTime).toBeLessThan(0.93);
    const cancelled = share(world.shipments, ({ status }) => status === 'CANCELLED');
    expect(cancelled).toBeGreaterThan(0.02);
    expect(cancelled).toBeLessThan(0.045);
    const troubled = share(world.shipments, ({ events }) => events.some(({ toStatus }) => toStatus === 'EXCEPTION'));
    expect(troubled).toBeGreaterThan(0.012);
    expect(troubled).toBeLessThan(0.028);
  });

  test('books little at weekends, most in November, and more every year', () => {
    const createdOn = (holds: (created: Date) => boolean): number =>
      world.shipments.filter(({ createdAt }) => holds(createdAt)).length;
    const saturdays = createdOn((created) => created.getUTCDay() === 6);
    const tuesdays = createdOn((created) => created.getUTCDay() === 2);
    expect(saturdays).toBeLessThan(tuesdays / 2);
    const month = (text: string): number => createdOn((created) => created.toISOString().startsWith(text));
    const winter = ['2025-08', '2025-09', '2025-10', '2025-11', '2025-12', '2026-01', '2026-02'];
    expect(Math.max(...winter.map(month))).toBe(month('2025-11'));
    expect(month('2026-10')).toBeGreaterThan(1.3 * month('2025-10'));
  });

  test('late loads get fewer stars', () => {
    const mean = (list: readonly Shipment[]): number => {
      const stars = list.flatMap(({ rating }) => (rating === null ? [] : [rating.stars]));
      return stars.reduce((sum, star) => sum + star, 0) / stars.length;
    };
    const late = mean(delivered.filter(({ onTime }) => onTime === false));
    expect(mean(delivered.filter(({ onTime }) => onTime === true))).toBeGreaterThan(late + 1);
  });

  test('earns a realistic margin', () => {
    const revenue = delivered.reduce((sum, { invoice }) => sum + (invoice?.amountCents ?? 0), 0);
    const cost = delivered.reduce((sum, { carryingCostCents }) => sum + (carryingCostCents ?? 0), 0);
    expect((revenue - cost) / revenue).toBeGreaterThan(0.1);
    expect((revenue - cost) / revenue).toBeLessThan(0.25);
  });

  test('has bookings for every risk rule, a waiting review, a blocked booking and decided cases', () => {
    const risks = world.shipments.flatMap(({ risk }) => (risk === null ? [] : [risk]));
    expect(new Set(risks.flatMap(({ rules }) => rules))).toEqual(new Set(riskRules));
    const reviews = risks.filter(({ verdict }) => verdict === 'REVIEW');
    expect(reviews.some(({ decision }) => decision === null)).toBe(true);
    expect(reviews.some(({ decision }) => decision?.decision === 'APPROVED')).toBe(true);
    expect(world.shipments.some(({ risk, status }) => risk?.verdict === 'BLOCK' && status === 'BOOKED')).toBe(true);
  });

  test('has invoices paid, partly paid, open and overdue', () => {
    const statuses = new Set(delivered.map(({ invoice }) => invoice?.status));
    expect(statuses).toEqual(new Set(['PAID', 'PARTIALLY_PAID', 'OPEN', 'OVERDUE']));
  });

  test('the demo accounts have their roles', () => {
    const { demo, accounts, drivers, shipments } = world;
    const account = (id: string) => accounts.find((candidate) => candidate.id === id);
    for (const role of ['admin', 'dispatcher', 'driver', 'customer', 'partner', 'analyst'] as const) {
      expect(account(demo[role])).toMatchObject({ email: `${role}@demo.test`, roles: [role.toUpperCase()] });
    }
    expect(account(demo.customer)?.organizationId).toBe(demo.customerOrganizationId);
    expect(account(demo.partner)?.organizationId).toBe(demo.partnerOrganizationId);
    expect(drivers.find(({ id }) => id === demo.driverId)?.accountId).toBe(demo.driver);
    const active = shipments.find(({ id }) => id === demo.activeShipmentId);
    expect(active).toMatchObject({ status: 'IN_TRANSIT', organizationId: demo.customerOrganizationId });
    expect(active?.assignment).toMatchObject({ driverId: demo.driverId, state: 'ACTIVE' });
    const own = shipments.filter(({ organizationId }) => organizationId === demo.customerOrganizationId);
    expect(own.length).toBeGreaterThan(500);
  });
});
