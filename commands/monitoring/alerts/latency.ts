import { counter, gauge, type ProofSeries } from '../proof.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';

/** Buckets of a histogram in which 94 % or 96 % of the observations are below the limit: the 95th percentile is above or below it. */
function around(metric: string, labels: string, limit: number): readonly ProofSeries[] {
  return [
    counter(`${metric}{${labels},le="${limit}"}`, 940, 960),
    counter(`${metric}{${labels},le="${Number((limit * 1.1).toFixed(3))}"}`, 1_000, 1_000),
    counter(`${metric}{${labels},le="+Inf"}`, 1_000, 1_000),
  ];
}

const durations = 'gateway_client_request_duration_seconds_bucket';

function slow(limit: number, severity: AlertRule['severity']): AlertRule {
  return {
    alert: 'LatencyHigh',
    severity,
    service: 'gateway',
    expr: `gateway:request_duration:p95_5m > ${limit}`,
    for: '5m',
    summary: '5 % of the requests take longer than {{ $value | humanizeDuration }}.',
    proof: {
      minutes: 15,
      recoveryMinutes: 3,
      series: around(durations, 'client="web"', limit),
      cases: [
        {
          name: 'one of two clients gets only slow responses',
          alerts: 1,
          series: [
            counter(`${durations}{client="web",le="${limit}"}`, 1_000, 1_000),
            counter(`${durations}{client="web",le="+Inf"}`, 1_000, 1_000),
            counter(`${durations}{client="export",le="${limit}"}`, 0, 0),
            counter(`${durations}{client="export",le="10"}`, 900, 900),
            counter(`${durations}{client="export",le="+Inf"}`, 900, 900),
          ],
        },
      ],
    },
  };
}

export const latency: readonly RuleGroup[] = [
  {
    name: 'latency',
    rules: [
      {
        record: 'gateway:request_duration:p95_5m',
        expr: 'histogram_quantile(0.95, sum by (le) (rate(gateway_client_request_duration_seconds_bucket[5m])))',
      },
      slow(0.5, 'warning'),
      slow(1, 'critical'),
      {
        alert: 'SqlSlow',
        severity: 'warning',
        service: 'database',
        expr: 'histogram_quantile(0.95, sum by (le, subgraph) (rate(subgraph_sql_statement_duration_seconds_bucket[5m]))) > 0.1',
        for: '10m',
        summary:
          '5 % of the SQL statements of {{ $labels.subgraph }} take longer than {{ $value | humanizeDuration }}.',
        proof: {
          minutes: 20,
          recoveryMinutes: 3,
          per: ['subgraph'],
          series: around('subgraph_sql_statement_duration_seconds_bucket', 'subgraph="fleet"', 0.1),
        },
      },
      {
        alert: 'EventLoopBlocked',
        severity: 'warning',
        service: 'processes',
        expr: 'nodejs_eventloop_lag_p99_seconds > 0.25',
        for: '5m',
        summary: 'The event loop of {{ $labels.instance }} is blocked for {{ $value | humanizeDuration }} at a time.',
        proof: {
          minutes: 7,

          series: [gauge('nodejs_eventloop_lag_p99_seconds{instance="g"}', 0.26, 0.24)],
        },
      },
    ],
  },
];
