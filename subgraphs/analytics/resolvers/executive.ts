import { moneyOf } from '#shared/input/money.ts';
import { checkCount } from '#shared/pages/connection.ts';
import { addDays, dayOf, daysOf } from '../domain/day.ts';
import { type BusinessMeasure, currency } from '../domain/facts.ts';
import { centsPer, growth, netPromoterScore, ratio, sum } from '../domain/figures.ts';
import type { CompanyDay } from '../domain/fold.ts';
import { outlookDays, seasonalNaive } from '../domain/outlook.ts';
import { lengthOf, maxRangeDays } from '../domain/range.ts';
import type { ExecutiveSource } from '../loaders.ts';
import { periodOf } from './range-input.ts';

interface LastDays {
  readonly last: number;
}

/** The latest days of a range, oldest first. */
function latest(days: readonly CompanyDay[], last: number): readonly CompanyDay[] {
  checkCount('last', last, maxRangeDays);
  return days.slice(-last);
}

/** Money in the currency of all figures. */
const money = (cents: number) => moneyOf(cents, currency);
const moneyOrNull = (cents: number | null) => (cents === null ? null : money(cents));

/** Sum of a measure over the period. */
async function total({ days }: ExecutiveSource, measure: BusinessMeasure): Promise<number> {
  return sum((await days()).map((day) => day[measure]));
}

/** The sum of one measure divided by the sum of another, over the period. */
async function meanOf(source: ExecutiveSource, part: BusinessMeasure, whole: BusinessMeasure): Promise<number | null> {
  return ratio(await total(source, part), await total(source, whole));
}

const seconds = (milliseconds: number | null) => (milliseconds === null ? null : milliseconds / 1000);
const dailyRevenue = (day: string, cents: number) => ({ day, amount: money(cents) });

/** The figures of the executive view. The SDL defines each figure in its description. */
export const executiveResolvers = {
  ExecutiveView: {
    period: ({ requested, now }: ExecutiveSource) => periodOf(requested, now),
    asOf: ({ now }: ExecutiveSource) => now,
    revenue: (source: ExecutiveSource) => source,
    operations: (source: ExecutiveSource) => source,
    efficiency: (source: ExecutiveSource) => source,
    growth: (source: ExecutiveSource) => source,
    satisfaction: (source: ExecutiveSource) => source,
  },
  RevenueFigures: {
    total: async (source: ExecutiveSource) => money(await total(source, 'revenueCents')),
    invoices: (source: ExecutiveSource) => total(source, 'invoices'),
    collected: async (source: ExecutiveSource) => money(await total(source, 'collectedCents')),
    daily: async ({ days }: ExecutiveSource, { last }: LastDays) =>
      latest(await days(), last).map(({ day, revenueCents }) => dailyRevenue(day, revenueCents)),
    yearToDate: async ({ comparison }: ExecutiveSource) => money((await comparison()).yearToDateCents),
    previousTotal: async ({ comparison }: ExecutiveSource) => money((await comparison()).previousRevenueCents),
    growth: async (source: ExecutiveSource) =>
      growth(await total(source, 'revenueCents'), (await source.comparison()).previousRevenueCents),
    otherCurrencyInvoices: (source: ExecutiveSource) => total(source, 'otherCurrencyInvoices'),
  },
  OperationFigures: {
    shipmentsCreated: (source: ExecutiveSource) => total(source, 'shipmentsCreated'),
    shipmentsDelivered: (source: ExecutiveSource) => total(source, 'shipmentsDelivered'),
    shipmentsCancelled: (source: ExecutiveSource) => total(source, 'shipmentsCancelled'),
    shipmentsPerDay: async (source: ExecutiveSource) =>
      ratio(await total(source, 'shipmentsCreated'), lengthOf(source.period)),
    daily: async ({ days }: ExecutiveSource, { last }: LastDays) => latest(await days(), last).map(dailyOperations),
    onTimeRate: (source: ExecutiveSource) => meanOf(source, 'deliveredOnTime', 'shipmentsDelivered'),
    meanDeliverySeconds: async (source: ExecutiveSource) =>
      seconds(await meanOf(source, 'transitMs', 'shipmentsDelivered')),
    meanOrderToDeliverySeconds: async (source: ExecutiveSource) =>
      seconds(await meanOf(source, 'orderMs', 'shipmentsDelivered')),
    distanceMeters: (source: ExecutiveSource) => total(source, 'distanceMeters'),
    driverUtilization: async ({ drivers }: ExecutiveSource) => {
      const { activeDays, busyDays } = await drivers();
      return { activeDriverDays: activeDays, busyDriverDays: busyDays, rate: ratio(busyDays, activeDays) };
    },
  },
  EfficiencyFigures: {
    cost: async (source: ExecutiveSource) => money(await total(source, 'costCents')),
    profit: async (source: ExecutiveSource) => money(await profitCents(source)),
    margin: async (source: ExecutiveSource) => ratio(await profitCents(source), await total(source, 'revenueCents')),
    costPerShipment: async (source: ExecutiveSource) => moneyOrNull(await perInvoice(source, 'costCents')),
    revenuePerShipment: async (source: ExecutiveSource) => moneyOrNull(await perInvoice(source, 'revenueCents')),
    revenuePerDriver: async (source: ExecutiveSource) => {
      const { activeDays } = await source.drivers();
      return moneyOrNull(centsPer((await total(source, 'revenueCents')) * lengthOf(source.period), activeDays));
    },
  },
  GrowthFigures: {
    customers: async ({ customers }: ExecutiveSource) => {
      const { added, ...counts } = await customers();
      return { ...counts, new: added };
    },
    drivers: async ({ drivers }: ExecutiveSource) => {
      const { activeDrivers, hiredDrivers } = await drivers();
      return { total: activeDrivers, new: hiredDrivers };
    },
    shipmentsGrowth: async (source: ExecutiveSource) =>
      growth(await total(source, 'shipmentsCreated'), (await source.comparison()).previousShipments),
    outlook: forecastOutlook,
  },
  SatisfactionFigures: {
    ratings: (source: ExecutiveSource) => total(source, 'ratings'),
    meanStars: (source: ExecutiveSource) => meanOf(source, 'stars', 'ratings'),
    netPromoterScore: async (source: ExecutiveSource) =>
      netPromoterScore(
        await total(source, 'promoters'),
        await total(source, 'detractors'),
        await total(source, 'ratings'),
      ),
    promoters: (source: ExecutiveSource) => total(source, 'promoters'),
    passives: async (source: ExecutiveSource) =>
      (await total(source, 'ratings')) - (await total(source, 'promoters')) - (await total(source, 'detractors')),
    detractors: (source: ExecutiveSource) => total(source, 'detractors'),
  },
};

function dailyOperations({
  day,
  shipmentsCreated,
  shipmentsDelivered,
  deliveredOnTime,
  shipmentsCancelled,
}: CompanyDay) {
  return {
    day,
    created: shipmentsCreated,
    delivered: shipmentsDelivered,
    deliveredOnTime,
    cancelled: shipmentsCancelled,
  };
}

async function profitCents(source: ExecutiveSource): Promise<number> {
  return (await total(source, 'revenueCents')) - (await total(source, 'costCents'));
}

async function perInvoice(source: ExecutiveSource, measure: BusinessMeasure): Promise<number | null> {
  return centsPer(await total(source, measure), await total(source, 'invoices'));
}

async function forecastOutlook({ history, now }: ExecutiveSource) {
  const past = await history();
  const today = dayOf(now);
  const coming = daysOf(today, addDays(today, outlookDays - 1));
  const shipments = seasonalNaive(past.map((day) => day.shipmentsCreated));
  const revenue = seasonalNaive(past.map((day) => day.revenueCents));
  return {
    method: 'SEASONAL_NAIVE_WEEKLY',
    basedOnUntil: addDays(today, -1),
    shipments: {
      total: sum(shipments.values),
      daily: shipments.values.map((value, index) => ({ day: coming[index], shipments: value })),
      backtestError: shipments.backtestError,
    },
    revenue: {
      total: money(sum(revenue.values)),
      daily: coming.map((day, index) => dailyRevenue(day, revenue.values[index] ?? 0)),
      backtestError: revenue.backtestError,
    },
  };
}
