import { age, counter, gauge } from '../proof.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';
import { backups } from './backups.ts';
import { monitoring } from './monitoring.ts';

const hour = 3_600;
function jobsWait(seconds: number, severity: AlertRule['severity']): AlertRule {
  return {
    alert: 'JobsWaitLong',
    severity,
    service: 'jobs',
    expr: `max by (subgraph) (subgraph_jobs_oldest_age_seconds{queue="events"}) > ${seconds}`,
    for: '2m',
    summary: 'The oldest event for {{ $labels.subgraph }} has waited for {{ $value | humanizeDuration }}.',
    proof: {
      minutes: 4,

      ofSeveral: 'one',
      per: ['subgraph'],
      series: [gauge('subgraph_jobs_oldest_age_seconds{subgraph="fleet",queue="events"}', seconds + 1, seconds - 1)],
    },
  };
}

const live: RuleGroup = {
  name: 'live',
  rules: [
    {
      alert: 'LivePayloadsDropped',
      severity: 'warning',
      service: 'live',
      expr: 'sum(rate(gateway_live_payloads_dropped_total[5m])) / sum(rate(gateway_live_payloads_total[5m])) > 0.01',
      for: '5m',
      summary: 'Clients lose {{ $value | humanizePercentage }} of the payloads of subscriptions.',
      proof: {
        minutes: 12,
        recoveryMinutes: 3,
        series: [
          counter('gateway_live_payloads_dropped_total', 11, 9),
          counter('gateway_live_payloads_total', 1_000, 1_000),
        ],
        cases: [
          {
            name: 'one of two gateways drops 1.1 %',
            alerts: 0,
            series: [
              counter('gateway_live_payloads_dropped_total{instance="a"}', 11, 11),
              counter('gateway_live_payloads_dropped_total{instance="b"}', 0, 0),
              counter('gateway_live_payloads_total{instance="a"}', 1_000, 1_000),
              counter('gateway_live_payloads_total{instance="b"}', 1_000, 1_000),
            ],
          },
        ],
      },
    },
    {
      alert: 'LiveDataLost',
      severity: 'critical',
      service: 'live',
      expr: 'sum by (subgraph) (rate(subgraph_live_payloads_lost_total[5m]) + rate(subgraph_live_payloads_unsent_total[5m])) > 0',
      for: '1m',
      summary: 'Live data of {{ $labels.subgraph }} is lost: its readers are too slow, or Redis is away.',
      proof: {
        minutes: 4,
        recoveryMinutes: 5,
        per: ['subgraph'],
        series: [
          counter('subgraph_live_payloads_lost_total{subgraph="tracking"}', 1, 0),
          counter('subgraph_live_payloads_unsent_total{subgraph="tracking"}', 0, 0),
        ],
        cases: [
          {
            name: 'payloads that Redis did not take',
            alerts: 1,
            series: [
              counter('subgraph_live_payloads_lost_total{subgraph="tracking"}', 0, 0),
              counter('subgraph_live_payloads_unsent_total{subgraph="tracking"}', 1, 1),
            ],
          },
        ],
      },
    },
    {
      alert: 'SubscriptionsInterrupted',
      severity: 'warning',
      service: 'live',
      expr: 'sum by (subgraph) (increase(gateway_subgraph_events_total{event=~"broken_socket|queue_overflow"}[10m])) > 3',
      for: '0m',
      summary:
        'Subscriptions to {{ $labels.subgraph }} were interrupted {{ $value | humanize }} times within 10 minutes.',
      proof: {
        minutes: 15,
        recoveryMinutes: 5,
        per: ['subgraph'],
        series: [counter('gateway_subgraph_events_total{subgraph="tracking",event="broken_socket"}', 0.35, 0.25)],
        cases: [
          {
            name: 'two gateways have 1.8 each',
            alerts: 1,
            series: ['a', 'b'].map((instance) =>
              counter(
                `gateway_subgraph_events_total{subgraph="tracking",event="broken_socket",instance="${instance}"}`,
                0.18,
                0.18,
              ),
            ),
          },
        ],
      },
    },
  ],
};

const jobs: RuleGroup = {
  name: 'jobs',
  rules: [
    jobsWait(60, 'warning'),
    jobsWait(600, 'critical'),
    {
      alert: 'JobsFailed',
      severity: 'warning',
      service: 'jobs',
      expr: 'max by (subgraph) (subgraph_jobs{queue="dead",state="waiting"}) > 0',
      for: '1m',
      summary: '{{ $value }} events for {{ $labels.subgraph }} have failed in all retries and wait for an operator.',
      proof: {
        minutes: 3,

        ofSeveral: 'one',
        per: ['subgraph'],
        series: [gauge('subgraph_jobs{subgraph="fleet",queue="dead",state="waiting"}', 1, 0)],
      },
    },
    {
      alert: 'JobsNotMeasured',
      severity: 'warning',
      service: 'jobs',
      expr: 'count by (subgraph) (subgraph_sql_statements_total) unless count by (subgraph) (subgraph_jobs)',
      for: '5m',
      summary: 'No process of {{ $labels.subgraph }} measures its queue, so that its alerts are blind.',
      proof: {
        minutes: 12,

        series: [
          gauge('subgraph_sql_statements_total{subgraph="fleet"}', 1, 1),
          gauge('subgraph_jobs{subgraph="fleet",queue="events",state="waiting"}', undefined, 0),
        ],
      },
    },
    {
      alert: 'ChoreLate',
      severity: 'warning',
      service: 'jobs',
      expr: 'time() - max by (subgraph, chore) (subgraph_chore_last_success_timestamp_seconds) > 60 + 3 * max by (subgraph, chore) (subgraph_chore_interval_seconds)',
      for: '5m',
      summary:
        'The chore "{{ $labels.chore }}" of {{ $labels.subgraph }} has not succeeded for {{ $value | humanizeDuration }}.',
      proof: {
        minutes: 10,

        ofSeveral: 'all',
        per: ['subgraph', 'chore'],
        series: [
          age(
            'subgraph_chore_last_success_timestamp_seconds{subgraph="fleet",chore="purge inbox"}',
            3 * hour + 61,
            3 * hour + 59,
          ),
          gauge('subgraph_chore_interval_seconds{subgraph="fleet",chore="purge inbox"}', hour, hour),
        ],
      },
    },
  ],
};

export const data: readonly RuleGroup[] = [live, jobs, backups, monitoring];
