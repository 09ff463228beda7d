import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { takeOnce } from '#shared/database/inbox.ts';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '../../shared/test/harness.ts';
import { toFacts } from '../domain/facts.ts';
import { recordFacts } from '../store/record.ts';
import {
  type AnalyticsUnderTest,
  analyst,
  type Event,
  hired,
  now,
  organizationId,
  startAnalytics,
} from './analytics.ts';
import { executiveQuery } from './queries.ts';

/** Events become figures, through the queue and on tables of analytics. */
let analytics: AnalyticsUnderTest;
let graph: AnalyticsUnderTest['graph'];
let receive: AnalyticsUnderTest['receive'];
let executive: AnalyticsUnderTest['executive'];

beforeAll(async () => {
  analytics = await startAnalytics();
  ({ graph, receive, executive } = analytics);
});
afterAll(() => graph.close());
beforeEach(() => analytics.clear());

const invoiced = (amountCents: number, at: string, currency = 'USD'): Event => [
  'invoice.issued',
  {
    invoiceId: newId(),
    shipmentId: newId(),
    organizationId,
    driverId: null,
    amountCents,
    currency,
    costCents: amountCents / 2,
    at,
  },
];
const rated = (stars: number, at: string): Event => [
  'shipment.rated',
  { shipmentId: newId(), organizationId, driverId: null, stars, at },
];

describe('figures without events', () => {
  test('are zero, or null where they would divide by zero', async () => {
    const view = await executive();
    expect(view.revenue).toMatchObject({ total: { amount: '0.00', currency: 'USD' }, growth: null });
    expect(view.revenue.daily).toHaveLength(31);
    expect(view.operations).toMatchObject({
      shipmentsPerDay: 0,
      onTimeRate: null,
      meanDeliverySeconds: null,
      driverUtilization: { activeDriverDays: 0, busyDriverDays: 0, rate: null },
    });
    expect(view.efficiency).toMatchObject({
      margin: null,
      costPerShipment: null,
      revenuePerShipment: null,
      revenuePerDriver: null,
    });
    expect(view.growth).toMatchObject({
      shipmentsGrowth: null,
      outlook: { shipments: { total: 0, backtestError: null }, revenue: { backtestError: null } },
    });
    expect(view.satisfaction).toMatchObject({ ratings: 0, meanStars: null, netPromoterScore: null });
  });
});

describe('the days of a range', () => {
  const daysOf = (last: string) =>
    graph.ask<{ executive: Record<string, { daily: { day: string }[] }> }>(
      analyst,
      `{ executive(range: { from: "2025-01-01", until: "2028-03-31" }) { revenue { daily${last} { day } } operations { daily${last} { day } } } }`,
    );

  test('are the latest 366, or as many as the query requests', async () => {
    const { data: year } = await daysOf('');
    const { data: week } = await daysOf('(last: 7)');
    for (const part of ['revenue', 'operations']) {
      const days = year!.executive[part]!.daily;
      expect(days).toHaveLength(366);
      expect(week!.executive[part]!.daily).toEqual(days.slice(-7));
    }
  });

  test('can be at most 1,827', async () => {
    const { errors } = await daysOf('(last: 1828)');
    expect(errors[0]?.message).toBe('"last" must be from 1 to 1827; got 1828.');
  });
});

describe('revenue and cost', () => {
  test('count on the UTC day of the invoice, the leap day included', async () => {
    await receive(
      invoiced(10_000, '2028-02-28T23:59:59.999Z'),
      invoiced(20_000, '2028-02-29T00:00:00.000Z'),
      invoiced(40_000, '2028-02-29T23:59:59.999Z'),
      invoiced(80_000, '2028-03-01T00:00:00.000Z'),
    );
    const { revenue, efficiency } = await executive('2028-02-29', '2028-02-29');
    expect(revenue).toMatchObject({
      total: { amount: '600.00' },
      daily: [{ day: '2028-02-29', amount: { amount: '600.00' } }],
      previousTotal: { amount: '100.00' },
      growth: 5,
      yearToDate: { amount: '700.00' },
    });
    expect(efficiency).toMatchObject({ cost: { amount: '300.00' }, profit: { amount: '300.00' }, margin: 0.5 });
  });

  test('exclude invoices in other currencies, which are counted apart', async () => {
    await receive(invoiced(10_000, '2028-02-28T12:00:00Z'), invoiced(99_000, '2028-02-28T12:00:00Z', 'CAD'));
    expect((await executive()).revenue).toMatchObject({
      total: { amount: '100.00' },
      invoices: 1,
      otherCurrencyInvoices: 1,
    });
  });

  test('count payments on the day of the payment', async () => {
    const paid = (amountCents: number, at: string): Event => [
      'payment.recorded',
      { paymentId: newId(), invoiceId: newId(), organizationId, amountCents, currency: 'USD', at },
    ];
    await receive(
      paid(5_000, '2028-02-10T00:00:00Z'),
      paid(1, '2028-03-02T00:00:00Z'),
      paid(7, '2028-01-31T23:59:59Z'),
    );
    expect((await executive()).revenue.collected.amount).toBe('50.01');
  });
});

describe('an event that arrives', () => {
  test('twice counts once', async () => {
    const eventId = newId();
    const payload = { organizationId, amountCents: 10_000, costCents: 1, currency: 'USD', at: now.toISOString() };
    const take = () =>
      graph.services.database.fork().transactional(async (em) => {
        if (await takeOnce(em, eventId)) await recordFacts(em, toFacts('invoice.issued', payload));
      });
    await Promise.all([take(), take(), take()]);
    await take();
    expect((await executive()).revenue.total.amount).toBe('100.00');
  });

  test('at the same time as others of the day is not lost', async () => {
    const payload = { organizationId, amountCents: 100, costCents: 1, currency: 'USD', at: now.toISOString() };
    const take = () =>
      graph.services.database.fork().transactional((em) => recordFacts(em, toFacts('invoice.issued', payload)));
    await Promise.all(Array.from({ length: 40 }, take));
    expect((await executive()).revenue).toMatchObject({ invoices: 40, total: { amount: '40.00' } });
  });

  test('at the same time as another event of its load counts too', async () => {
    const [shipmentId, driverId] = [newId(), newId()];
    await receive(hired(driverId, '2028-02-01T00:00:00Z'));
    const record = (facts: ReturnType<typeof toFacts>) =>
      graph.services.database.fork().transactional((em) => recordFacts(em, facts));
    const at = '2028-02-10T08:00:00.000Z';
    await Promise.all([
      record(toFacts('shipment.cancelled', { shipmentId, organizationId, driverId, at: '2028-02-12T08:00:00.000Z' })),
      record(toFacts('shipment.pickedUp', { shipmentId, driverId, at })),
    ]);
    expect((await executive()).operations.driverUtilization.busyDriverDays).toBe(3);
  });
});

describe('customers and ratings', () => {
  test('an organization is new once, even if it changes often', async () => {
    const changed = (id: string, createdAt: string): Event => [
      'organization.changed',
      { organizationId: id, name: 'Acme', tier: 'FREE', createdAt },
    ];
    const old = newId();
    await receive(
      changed(organizationId, '2028-02-29T12:00:00Z'),
      changed(organizationId, '2028-02-29T12:00:00Z'),
      changed(old, '2020-01-01T00:00:00Z'),
    );
    expect((await executive()).growth.customers).toEqual({ total: 2, new: 1, active: 0 });
    expect((await executive('2028-02-01', '2028-02-28')).growth.customers).toMatchObject({ total: 1, new: 0 });
  });

  test('five stars make a promoter, one to three stars a detractor', async () => {
    const at = '2028-02-29T12:00:00Z';
    await receive(
      rated(5, at),
      rated(5, at),
      rated(4, at),
      rated(3, at),
      rated(1, at),
      rated(5, '2028-01-01T00:00:00Z'),
    );
    expect((await executive()).satisfaction).toEqual({
      ratings: 5,
      meanStars: 18 / 5,
      netPromoterScore: 0,
      promoters: 2,
      passives: 1,
      detractors: 2,
    });
  });
});

describe('the range', () => {
  const codesFor = async (range: unknown) =>
    (await graph.ask(analyst, executiveQuery, { range })).errors.map(({ extensions }) => extensions?.['code']);

  test('in the future has no figures yet, but has the outlook', async () => {
    await receive(invoiced(10_000, '2028-03-01T12:00:00Z'));
    const view = await executive('2030-01-01', '2030-01-31');
    expect(view.period).toEqual({ from: '2030-01-01', until: '2030-01-31', days: 31, elapsedDays: 0 });
    expect(view.revenue).toMatchObject({ total: { amount: '0.00' }, daily: [], growth: null });
    expect(view.revenue.yearToDate.amount).toBe('100.00');
    expect(view.operations).toMatchObject({ shipmentsPerDay: null, driverUtilization: { rate: null } });
    expect(view.growth.outlook.revenue.total.amount).toBe('400.00');
  });

  test('is the last 30 days by default', async () => {
    const { data } = await graph.ask(analyst, executiveQuery);
    expect(data).toMatchObject({
      executive: { period: { from: '2028-02-02', until: '2028-03-02', days: 30, elapsedDays: 30 } },
    });
  });

  test('has at most five years and does not end before it starts', async () => {
    expect((await executive('2024-03-01', '2029-03-01')).period.days).toBe(1_827);
    expect(await codesFor({ from: '2024-02-29', until: '2029-03-01' })).toEqual(['BAD_USER_INPUT']);
    expect(await codesFor({ from: '2000-01-01', until: '2199-12-31' })).toEqual(['BAD_USER_INPUT']);
    expect(await codesFor({ from: '2028-03-02', until: '2028-03-01' })).toEqual(['BAD_USER_INPUT']);
  });

  test('accepts calendar days only', async () => {
    for (const day of [
      '2027-02-29',
      '0000-01-01',
      '9999-12-31',
      "2028-01-01'--",
      '2028-01-01\u0000',
      '',
      7,
      null,
      {},
    ]) {
      expect(await codesFor({ from: day, until: '2028-03-01' })).toEqual(['BAD_USER_INPUT']);
    }
    const { errors } = await graph.ask(analyst, '{ executive(range: { from: 5, until: "2028-02-30" }) { asOf } }');
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });
});

describe('the executive view is visible', () => {
  test('to analysts and administrators only', async () => {
    const query = '{ executive { revenue { total { amount } } } }';
    for (const as of [analyst, somebody(['ADMIN'])]) expect((await graph.ask(as, query)).errors).toEqual([]);
    for (const role of ['DISPATCHER', 'DRIVER', 'CUSTOMER', 'PARTNER'] as const) {
      const { data, errors } = await graph.ask(somebody([role], { organizationId }), query);
      expect(data).toEqual({ executive: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await graph.ask(anonymous, query)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
