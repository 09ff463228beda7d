import type { Measurement, Sample } from '#shared/work/measurements.ts';
import type { BusinessMeasure } from '../domain/facts.ts';
import { lastDays } from '../domain/range.ts';
import { companyDays } from './company.ts';
import { companyUtilization } from './utilization.ts';

/** The last days that figures cover, today included. */
const ranges = [1, 7, 30] as const;
const labels = ['days'];
const over = 'over the last days, today included';

/** The figures of the executive view as metrics. */
export const measureCompany: Measurement = {
  name: 'company',
  everyMs: 60_000,
  metrics: {
    freight_shipments_delivered: { help: `Shipments delivered ${over}`, labels },
    freight_revenue_dollars: { help: `Revenue in USD ${over}`, labels },
    freight_revenue_per_shipment_dollars: { help: `Revenue in USD per invoiced shipment ${over}`, labels },
    freight_cost_per_delivery_dollars: { help: `Cost in USD per invoiced shipment ${over}`, labels },
    freight_on_time_ratio: { help: `Share of deliveries that were on time ${over}`, labels },
    freight_satisfaction_stars: { help: `Average rating of deliveries, 1 to 5, ${over}`, labels },
    freight_net_promoter_ratio: { help: `Share of ratings with 5 stars less that with 1 to 3 ${over}`, labels },
    freight_driver_utilization_ratio: {
      help: `Share of the days of active drivers with a load on the truck ${over}`,
      labels,
    },
  },
  async read(em, now) {
    const found = await companyDays(
      em,
      ranges.map((days) => lastDays(days, now)),
    );
    const utilizations = await Promise.all(ranges.map((days) => companyUtilization(em, lastDays(days, now))));
    return ranges.flatMap((count, index) => {
      const days = found[index] ?? [];
      const sum = (measure: BusinessMeasure) => days.reduce((total, day) => total + day[measure], 0);
      const delivered = sum('shipmentsDelivered');
      const invoices = sum('invoices');
      const revenue = sum('revenueCents') / 100;
      const { busyDays = 0, activeDays = 0 } = utilizations[index] ?? {};
      const values = {
        freight_shipments_delivered: delivered,
        freight_revenue_dollars: revenue,
        freight_revenue_per_shipment_dollars: revenue / invoices,
        freight_cost_per_delivery_dollars: sum('costCents') / 100 / invoices,
        freight_on_time_ratio: sum('deliveredOnTime') / delivered,
        freight_satisfaction_stars: sum('stars') / sum('ratings'),
        freight_net_promoter_ratio: (sum('promoters') - sum('detractors')) / sum('ratings'),
        freight_driver_utilization_ratio: busyDays / activeDays,
      };
      return Object.entries(values).map(([metric, value]): Sample => ({ metric, labels: { days: `${count}` }, value }));
    });
  },
};
