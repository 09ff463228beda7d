import { counter, gauge } from '../proof.ts';
import type { RuleGroup } from '../rule.ts';

const spanRates = (outcomes: string): string =>
  `rate(gateway_spans_total{outcome=~"${outcomes}"}[5m]) or rate(subgraph_spans_total{outcome=~"${outcomes}"}[5m])`;

export const monitoring: RuleGroup = {
  name: 'monitoring',
  rules: [
    {
      alert: 'AlertsNotDelivered',
      severity: 'warning',
      service: 'monitoring',
      expr: 'sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) > 0',
      for: '5m',
      summary: 'Alertmanager cannot deliver notifications by {{ $labels.integration }}.',
      proof: {
        minutes: 10,
        recoveryMinutes: 5,
        per: ['integration'],
        series: [counter('alertmanager_notifications_failed_total{integration="slack"}', 1, 0)],
      },
    },
    {
      alert: 'TargetDown',
      severity: 'warning',
      service: 'monitoring',
      expr: 'up{job!~"gateway|subgraph"} == 0',
      for: '5m',
      summary: 'Prometheus cannot read {{ $labels.instance }} ({{ $labels.job }}).',
      proof: {
        minutes: 7,

        series: [gauge('up{job="redis",instance="redis-exporter:9121"}', 0, 1)],
      },
    },
    {
      alert: 'SpansLost',
      severity: 'warning',
      service: 'monitoring',
      expr: `sum by (outcome) (${spanRates('dropped|failed')}) / ignoring (outcome) group_left sum(${spanRates('.*')}) > 0.01`,
      for: '5m',
      summary: '{{ $value | humanizePercentage }} of the spans are {{ $labels.outcome }}, so that traces have gaps.',
      proof: {
        minutes: 12,
        recoveryMinutes: 3,
        series: [
          counter('gateway_spans_total{outcome="failed"}', 11, 9),
          counter('gateway_spans_total{outcome="exported"}', 989, 991),
        ],
        cases: [
          {
            name: 'spans of a subgraph, some of each kind',
            alerts: 2,
            series: [
              counter('subgraph_spans_total{outcome="failed",subgraph="fleet"}', 11, 11),
              counter('subgraph_spans_total{outcome="dropped",subgraph="fleet"}', 11, 11),
              counter('subgraph_spans_total{outcome="exported",subgraph="fleet"}', 978, 978),
            ],
          },
          {
            name: 'the gateway loses 1.5 % of its spans, and these are few',
            alerts: 0,
            series: [
              counter('gateway_spans_total{outcome="failed"}', 15, 15),
              counter('gateway_spans_total{outcome="exported"}', 985, 985),
              counter('subgraph_spans_total{outcome="exported",subgraph="fleet"}', 1_000, 1_000),
            ],
          },
        ],
      },
    },
  ],
};
