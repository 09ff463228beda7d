import { age, counter, gauge } from '../proof.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';

const hour = 3_600;
const spanRates = (outcomes: string): string =>
  `rate(gateway_spans_total{outcome=~"${outcomes}"}[5m]) or rate(subgraph_spans_total{outcome=~"${outcomes}"}[5m])`;

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
      recoveryMinutes: 2,
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
        recoveryMinutes: 8,
        series: [
          counter('gateway_live_payloads_dropped_total', 11, 9),
          counter('gateway_live_payloads_total', 1_000, 1_000),
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
        recoveryMinutes: 8,
        series: [
          counter('subgraph_live_payloads_lost_total{subgraph="tracking"}', 1, 0),
          counter('subgraph_live_payloads_unsent_total{subgraph="tracking"}', 0, 0),
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
        minutes: 8,
        recoveryMinutes: 12,
        series: [counter('gateway_subgraph_events_total{subgraph="tracking",event="broken_socket"}', 1, 0.2)],
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
        recoveryMinutes: 2,
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
        recoveryMinutes: 3,
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
        recoveryMinutes: 2,
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

const backups: RuleGroup = {
  name: 'backups',
  rules: [
    {
      alert: 'BackupLate',
      severity: 'critical',
      service: 'backups',
      expr: 'time() - max(freight_backup_last_success_timestamp_seconds) > 26 * 3600 or absent(freight_backup_last_success_timestamp_seconds)',
      for: '30m',
      summary: 'No base backup has succeeded within 26 hours.',
      proof: {
        minutes: 40,
        recoveryMinutes: 5,
        series: [age('freight_backup_last_success_timestamp_seconds', 26 * hour + 60, 26 * hour - 60)],
      },
    },
    {
      alert: 'WalArchiveLate',
      severity: 'critical',
      service: 'backups',
      expr: 'max(pg_stat_archiver_last_archive_age) > 300 or sum(increase(pg_stat_archiver_failed_count[10m])) > 0',
      for: '1m',
      summary: 'Changes are not archived, so that a restore would lose more than 5 minutes.',
      proof: {
        minutes: 3,
        recoveryMinutes: 2,
        series: [gauge('pg_stat_archiver_last_archive_age', 301, 299)],
      },
    },
    {
      alert: 'RestoreTestLate',
      severity: 'warning',
      service: 'backups',
      expr: 'time() - max(freight_restore_test_last_success_timestamp_seconds) > 8 * 86400 or absent(freight_restore_test_last_success_timestamp_seconds)',
      for: '1h',
      summary: 'No backup was restored as a test within 8 days.',
      proof: {
        minutes: 70,
        recoveryMinutes: 5,
        series: [age('freight_restore_test_last_success_timestamp_seconds', 8 * 24 * hour + 60, 8 * 24 * hour - 60)],
      },
    },
  ],
};

const monitoring: RuleGroup = {
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
        recoveryMinutes: 8,
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
        recoveryMinutes: 2,
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
        recoveryMinutes: 8,
        series: [
          counter('gateway_spans_total{outcome="failed"}', 11, 9),
          counter('gateway_spans_total{outcome="exported"}', 989, 991),
        ],
      },
    },
  ],
};

export const data: readonly RuleGroup[] = [live, jobs, backups, monitoring];
