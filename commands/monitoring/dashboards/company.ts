import { type Dashboard, described, figure, graph } from '../panel.ts';

const last30 = (metric: string) => `max(${metric}{days="30"})`;
const deliveries = 'freight_delivery_duration_seconds';
/** Without `rate`: the histogram is that of the last 30 days. */
const deliveryTime = (share: number) => `histogram_quantile(${share}, max by (le) (${deliveries}_bucket))`;
const trend = (title: string, unit: Parameters<typeof graph>[1], metric: string) =>
  graph(title, unit, [`max by (days) (${metric})`, 'last {{days}} days']);

const business: Dashboard = {
  name: 'business',
  title: 'Business',
  panels: [
    figure('Deliveries, 30 days', 'none', last30('freight_shipments_delivered')),
    figure('On time, 30 days', 'percentunit', last30('freight_on_time_ratio')),
    figure('Utilization, 30 days', 'percentunit', last30('freight_driver_utilization_ratio')),
    figure('Active drivers', 'none', 'max(freight_active_drivers)'),
    figure('Drivers on shift', 'none', 'max(freight_drivers_on_shift)'),
    described(
      figure(
        'Recommendations accepted',
        'percentunit',
        'sum(increase(fleet_assignments_total{origin="accepted"}[7d])) / sum(increase(fleet_assignments_total{origin!="best"}[7d]))',
      ),
      'Of the assignments that dispatchers chose within 7 days, the share whose driver was recommended within the hour before.',
    ),
    trend('On-time share', 'percentunit', 'freight_on_time_ratio'),
    trend('Utilization of drivers', 'percentunit', 'freight_driver_utilization_ratio'),
    trend('Satisfaction, stars', 'none', 'freight_satisfaction_stars'),
    graph(
      'Delivery time, 30 days',
      's',
      [deliveryTime(0.5), 'median'],
      [deliveryTime(0.9), 'p90'],
      [deliveryTime(0.99), 'p99'],
      [`max(${deliveries}_sum) / max(${deliveries}_count)`, 'mean'],
    ),
    described(
      graph('Deliveries by duration', 'none', [`max by (le) (${deliveries}_bucket)`, '{{le}} s']),
      'Deliveries of 30 days that took at most so many seconds.',
    ),
    graph('Participation of drivers, 30 days', 'percentunit', [
      'max by (activity) (freight_driver_participation_ratio)',
      '{{activity}}',
    ]),
    graph('Recommendations by confidence', 'ops', [
      'sum by (confidence) (increase(fleet_recommendations_total[1h]))',
      '{{confidence}}',
    ]),
    graph('Accepted recommendations by confidence', 'ops', [
      'sum by (confidence) (increase(fleet_recommendations_accepted_total[1h]))',
      '{{confidence}}',
    ]),
    graph('Assignments by origin', 'ops', ['sum by (origin) (increase(fleet_assignments_total[1h]))', '{{origin}}']),
  ],
};

const executive: Dashboard = {
  name: 'executive',
  title: 'Executive',
  panels: [
    figure('Revenue, 30 days', 'currencyUSD', last30('freight_revenue_dollars')),
    figure('Revenue per shipment', 'currencyUSD', last30('freight_revenue_per_shipment_dollars')),
    figure('Cost per delivery', 'currencyUSD', last30('freight_cost_per_delivery_dollars')),
    figure('On time', 'percentunit', last30('freight_on_time_ratio')),
    figure('Satisfaction, stars', 'none', last30('freight_satisfaction_stars')),
    figure('Availability, 3 days', 'percentunit', '1 - gateway:request_failures:ratio_rate3d'),
    trend('Revenue', 'currencyUSD', 'freight_revenue_dollars'),
    graph(
      'Revenue and cost per shipment, 30 days',
      'currencyUSD',
      [last30('freight_revenue_per_shipment_dollars'), 'revenue'],
      [last30('freight_cost_per_delivery_dollars'), 'cost'],
    ),
    trend('Deliveries', 'none', 'freight_shipments_delivered'),
    trend('On-time share', 'percentunit', 'freight_on_time_ratio'),
    trend('Net promoter share', 'percentunit', 'freight_net_promoter_ratio'),
    trend('Utilization of drivers', 'percentunit', 'freight_driver_utilization_ratio'),
  ],
};

export const company: readonly Dashboard[] = [business, executive];
