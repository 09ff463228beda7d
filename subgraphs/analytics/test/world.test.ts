import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateWorld } from '../../../demo/generate/generate.ts';
import { seedAlone } from '../../../demo/seeding/seed-alone.ts';
import type { World } from '../../../demo/world.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from '../../shared/test/harness.ts';
import type { AnalyticsContext } from '../context.ts';
import { analytics } from '../subgraph.ts';
import { type ExecutiveFigures, executiveQuery } from './queries.ts';
import { calendar, carriedDriverDays, recount, total } from './recount.ts';

/** Compares the demo world's figures with a recount of its records. */
const now = new Date('2028-03-05T15:30:00Z'); // a few days after a leap day
const dollars = (cents: number) => (cents / 100).toFixed(2);
const analyst = somebody(['ANALYST']);
let world: World;
let graph: TestSubgraph<AnalyticsContext>;

beforeAll(async () => {
  const size = {
    shipments: 3_000,
    drivers: 40,
    vehicles: 30,
    organizations: 12,
    hubs: 20,
    openPerStatus: 5,
    months: 14,
  };
  world = generateWorld({ seed: 5, now, size });
  graph = await startTestSubgraph(analytics, { clock: () => now });
  await seedAlone(graph, world);
});
afterAll(() => graph.close());

async function executive(from: string, until: string): Promise<ExecutiveFigures> {
  const { data, errors } = await graph.ask<{ executive: ExecutiveFigures }>(analyst, executiveQuery, {
    range: { from, until },
  });
  expect(errors).toEqual([]);
  return data!.executive;
}

describe.each([
  ['the last 30 days, today included', '2028-02-05', '2028-03-05', '2028-01-06', '2028-02-04'],
  ['one leap day', '2028-02-29', '2028-02-29', '2028-02-28', '2028-02-28'],
  ['a calendar year', '2027-01-01', '2027-12-31', '2026-01-01', '2026-12-31'],
  ['a month that has only started', '2028-03-01', '2028-03-31', '2028-02-25', '2028-02-29'],
])('the executive view of %s', (_name, from, until, beforeFrom, beforeUntil) => {
  test('agrees with the records', async () => {
    const records = recount(world, from, until);
    const before = recount(world, beforeFrom, beforeUntil);
    const view = await executive(from, until);
    const { revenue, operations, efficiency, growth, satisfaction } = view;

    expect(view.period).toMatchObject({ from, until, elapsedDays: records.days });
    expect(revenue).toMatchObject({
      total: { amount: dollars(records.revenueCents), currency: 'USD' },
      invoices: records.invoices,
      collected: { amount: dollars(records.collectedCents) },
      previousTotal: { amount: dollars(before.revenueCents) },
      otherCurrencyInvoices: 0,
    });
    if (before.revenueCents) expect(revenue.growth).toBeCloseTo(records.revenueCents / before.revenueCents - 1);
    else expect(revenue.growth).toBeNull();
    expect(revenue.daily).toEqual(
      records.dailyRevenue.map(({ day, cents }) => ({ day, amount: { amount: dollars(cents) } })),
    );

    expect(operations).toMatchObject({
      shipmentsCreated: records.created,
      shipmentsDelivered: records.delivered,
      shipmentsCancelled: records.cancelled,
      distanceMeters: records.meters,
      driverUtilization: { activeDriverDays: records.activeDriverDays, busyDriverDays: records.busyDriverDays },
    });
    expect(operations.shipmentsPerDay).toBeCloseTo(records.created / records.days);
    expect(operations.onTimeRate).toBeCloseTo(records.onTime / records.delivered);
    expect(operations.meanDeliverySeconds).toBeCloseTo(records.deliverySeconds / records.delivered);
    expect(operations.meanOrderToDeliverySeconds).toBeCloseTo(records.orderSeconds / records.delivered);
    expect(operations.driverUtilization.rate).toBeCloseTo(records.busyDriverDays / records.activeDriverDays);
    expect(total(operations.daily.map(({ created }) => created))).toBe(records.created);
    expect(operations.daily.map(({ day }) => day)).toEqual(records.dailyRevenue.map(({ day }) => day));

    expect(efficiency).toMatchObject({
      cost: { amount: dollars(records.costCents) },
      profit: { amount: dollars(records.revenueCents - records.costCents) },
      costPerShipment: { amount: dollars(Math.round(records.costCents / records.invoices)) },
      revenuePerShipment: { amount: dollars(Math.round(records.revenueCents / records.invoices)) },
      revenuePerDriver: {
        amount: dollars(Math.round(records.revenueCents / (records.activeDriverDays / records.days))),
      },
    });
    expect(efficiency.margin).toBeCloseTo(1 - records.costCents / records.revenueCents);

    expect(growth.customers).toEqual(records.customers);
    expect(growth.drivers).toEqual(records.drivers);

    expect(satisfaction).toMatchObject({
      ratings: records.ratings,
      promoters: records.promoters,
      passives: records.ratings - records.promoters - records.detractors,
      detractors: records.detractors,
    });
    expect(satisfaction.meanStars).toBeCloseTo(records.stars / records.ratings);
    expect(satisfaction.netPromoterScore).toBeCloseTo(
      (100 * (records.promoters - records.detractors)) / records.ratings,
    );
  });
});

describe('the executive view', () => {
  test('counts the year to date over the leap day', async () => {
    const { revenue } = await executive('2028-03-01', '2028-03-31');
    expect(revenue.yearToDate.amount).toBe(dollars(recount(world, '2028-01-01', '2028-03-05').revenueCents));
    const lastYear = await executive('2027-06-01', '2027-06-30');
    expect(lastYear.revenue.yearToDate.amount).toBe(dollars(recount(world, '2027-01-01', '2027-06-30').revenueCents));
  });

  test('forecasts 30 days from the last whole week, with a backtest error', async () => {
    const createdOn = (day: string) => recount(world, day, day).created;
    const { outlook } = (await executive('2028-03-05', '2028-03-05')).growth;
    const lastWeek = calendar('2028-02-27', '2028-03-04').map(createdOn);
    expect(outlook).toMatchObject({ method: 'SEASONAL_NAIVE_WEEKLY', basedOnUntil: '2028-03-04' });
    expect(outlook.shipments.daily).toHaveLength(30);
    expect(outlook.shipments.daily[0]?.day).toBe('2028-03-05');
    expect(outlook.shipments.daily.map(({ shipments }) => shipments)).toEqual(
      Array.from({ length: 30 }, (_, index) => lastWeek[index % 7]),
    );
    expect(outlook.shipments.total).toBe(total(outlook.shipments.daily.map(({ shipments }) => shipments)));

    const actual = calendar('2028-02-06', '2028-03-04').map(createdOn);
    const weekBefore = calendar('2028-01-30', '2028-02-05').map(createdOn);
    const misses = actual.map((count, index) => Math.abs(count - weekBefore[index % 7]!));
    expect(outlook.shipments.backtestError).toBeCloseTo(total(misses) / total(actual));
    expect(outlook.revenue.backtestError).toBeGreaterThan(0);
  });

  test('takes four statements for a range of any length', async () => {
    const statementsOf = async (from: string) => {
      const before = graph.services.database.statements();
      await executive(from, '2028-03-05');
      return graph.services.database.statements() - before;
    };
    expect(await statementsOf('2028-03-05')).toBe(4);
    expect(await statementsOf('2023-03-06')).toBe(4);
  });

  test('reads only what the query selects', async () => {
    const before = graph.services.database.statements();
    await graph.ask(analyst, '{ executive { period { days } revenue { total { amount } } } }');
    expect(graph.services.database.statements() - before).toBe(1);
  });
});

describe('figures of drivers and organizations', () => {
  const representations = (typename: string, ids: readonly string[]) => ids.map((id) => ({ __typename: typename, id }));
  const utilizationQuery = `query($r: [_Any!]!, $days: Int!) {
    _entities(representations: $r) { ... on Driver { id utilization(days: $days) {
      period { from until } activeDays busyDays rate deliveries onTimeRate } } } }`;
  const performanceQuery = `query($r: [_Any!]!, $days: Int!) {
    _entities(representations: $r) { ... on Organization { id performance(days: $days) {
      shipmentsCreated shipmentsDelivered shipmentsCancelled onTimeRate meanDeliverySeconds
      invoiced { amount } paid { amount } ratings meanStars } } } }`;

  test('agree with the records for every driver, in one statement', async () => {
    const before = graph.services.database.statements();
    const { data, errors } = await graph.ask<{
      _entities: { id: string; utilization: { activeDays: number; busyDays: number; deliveries: number } }[];
    }>(analyst, utilizationQuery, {
      r: representations(
        'Driver',
        world.drivers.map(({ id }) => id),
      ),
      days: 90,
    });
    expect(errors).toEqual([]);
    expect(graph.services.database.statements() - before).toBe(1);
    const days = calendar('2027-12-07', '2028-03-05');
    const carried = carriedDriverDays(world.shipments, now);
    for (const { id, utilization } of data!._entities) {
      const hired = world.drivers
        .find((driver) => driver.id === id)!
        .hiredAt.toISOString()
        .slice(0, 10);
      const active = days.filter((day) => day >= hired);
      expect(utilization).toMatchObject({
        period: { from: '2027-12-07', until: '2028-03-05' },
        activeDays: active.length,
        busyDays: active.filter((day) => carried.has(`${id} ${day}`)).length,
        deliveries: world.shipments.filter(
          ({ assignment, deliveredAt }) =>
            assignment?.driverId === id && deliveredAt && days.includes(deliveredAt.toISOString().slice(0, 10)),
        ).length,
      });
    }
  });

  test('agree with the records for every organization, in one statement', async () => {
    const before = graph.services.database.statements();
    const { data, errors } = await graph.ask<{ _entities: { id: string; performance: object }[] }>(
      analyst,
      performanceQuery,
      {
        r: representations(
          'Organization',
          world.organizations.map(({ id }) => id),
        ),
        days: 366,
      },
    );
    expect(errors).toEqual([]);
    expect(graph.services.database.statements() - before).toBe(1);
    for (const { id, performance } of data!._entities) {
      const shipments = world.shipments.filter(({ organizationId }) => organizationId === id);
      const records = recount({ ...world, shipments }, '2027-03-06', '2028-03-05');
      expect(performance).toMatchObject({
        shipmentsCreated: records.created,
        shipmentsDelivered: records.delivered,
        shipmentsCancelled: records.cancelled,
        onTimeRate: records.delivered ? records.onTime / records.delivered : null,
        invoiced: { amount: dollars(records.revenueCents) },
        paid: { amount: dollars(records.collectedCents) },
        ratings: records.ratings,
      });
    }
  });

  test('are visible to staff, to the driver and to members of the organization', async () => {
    const [driver, otherDriver] = world.drivers;
    const [organization, otherOrganization] = world.organizations;
    const ask = async (as: typeof analyst) => {
      const { data, errors } = await graph.ask<{ _entities: Record<string, unknown>[] }>(
        as,
        `query($r: [_Any!]!) { _entities(representations: $r) {
          ... on Driver { utilization { activeDays } } ... on Organization { performance { ratings } } } }`,
        {
          r: [
            ...representations('Driver', [driver!.id, otherDriver!.id, 'x']),
            ...representations('Organization', [organization!.id, otherOrganization!.id, "x' or 1=1"]),
          ],
        },
      );
      expect(errors).toEqual([]);
      return data!._entities.map((entity) => Object.values(entity)[0] !== null);
    };
    expect(await ask(somebody(['DISPATCHER']))).toEqual([true, true, false, true, true, false]);
    expect(await ask(somebody(['DRIVER'], { driverId: driver!.id }))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(await ask(somebody(['CUSTOMER'], { organizationId: organization!.id }))).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(await ask(somebody(['CUSTOMER']))).toEqual([false, false, false, false, false, false]);
  });

  test('are refused for a number of days outside of 1 to 366', async () => {
    for (const days of [0, -1, 367, 2_147_483_647]) {
      for (const [query, type, id] of [
        [utilizationQuery, 'Driver', world.drivers[0]!.id],
        [performanceQuery, 'Organization', world.organizations[0]!.id],
      ] as const) {
        const { errors } = await graph.ask(analyst, query, { r: representations(type, [id]), days });
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      }
    }
  });
});

test('the metrics of the last 30 days agree with the records', async () => {
  await graph.measure();
  const text = await (await fetch(new URL('/metrics', graph.url))).text();
  const value = (metric: string) =>
    Number(new RegExp(`^${metric}\\{days="30",subgraph="analytics"\\} (\\S+)$`, 'm').exec(text)?.[1]);
  const records = recount(world, '2028-02-05', '2028-03-05');
  expect(value('freight_shipments_delivered')).toBe(records.delivered);
  expect(value('freight_revenue_per_shipment_dollars')).toBeCloseTo(records.revenueCents / 100 / records.invoices);
  expect(value('freight_on_time_ratio')).toBeCloseTo(records.onTime / records.delivered);
  expect(value('freight_satisfaction_stars')).toBeCloseTo(records.stars / records.ratings);
  expect(value('freight_driver_utilization_ratio')).toBeCloseTo(records.busyDriverDays / records.activeDriverDays);
});
