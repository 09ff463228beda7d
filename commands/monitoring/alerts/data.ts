import { age, counter, gauge } from '../proof.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';

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
      recoveryMinutes: 2,
      series: [gauge('subgraph_jobs_oldest_age_seconds{subgraph="fleet",queue="events"}', seconds + 1, seconds - 1)],
    },
  };
}

function replicationLag(seconds: number, severity: AlertRule['severity']): AlertRule {
  return {
    alert: 'ReplicationLag',
    severity,
    service: 'database',
    expr: `pg_replication_lag_seconds > ${seconds} and pg_replication_is_replica == 1`,
    for: '1m',
    summary: 'The standby {{ $labels.instance }} is {{ $value | humanizeDuration }} behind the primary.',
    proof: {
      minutes: 3,
      recoveryMinutes: 2,
      series: [
        gauge('pg_replication_lag_seconds{instance="standby"}', seconds + 1, seconds - 1),
        gauge('pg_replication_is_replica{instance="standby"}', 1, 1),
      ],
    },
  };
}

const database: RuleGroup = {
  name: 'database',
  rules: [
    {
      alert: 'DatabaseDown',
      severity: 'critical',
      service: 'database',
      expr: 'pg_up == 0',
      for: '30s',
      summary: 'PostgreSQL at {{ $labels.instance }} does not answer.',
      proof: { minutes: 2, recoveryMinutes: 2, series: [gauge('pg_up{instance="primary"}', 0, 1)] },
    },
    {
      alert: 'DatabaseConnectionsHigh',
      severity: 'warning',
      service: 'database',
      expr: 'sum by (instance) (pg_stat_activity_count) / on (instance) pg_settings_max_connections > 0.8',
      for: '5m',
      summary: '{{ $value | humanizePercentage }} of the connections of {{ $labels.instance }} are in use.',
      proof: {
        minutes: 7,
        recoveryMinutes: 2,
        series: [
          gauge('pg_stat_activity_count{instance="primary",state="idle"}', 241, 239),
          gauge('pg_settings_max_connections{instance="primary"}', 300, 300),
        ],
      },
    },
    {
      alert: 'DatabasePoolExhausted',
      severity: 'warning',
      service: 'database',
      expr: 'min_over_time(subgraph_sql_connections{state="waiting"}[2m]) > 0',
      for: '1m',
      summary: 'Requests of {{ $labels.subgraph }} wait for one of its database connections.',
      proof: {
        minutes: 5,
        recoveryMinutes: 3,
        series: [gauge('subgraph_sql_connections{subgraph="fleet",state="waiting"}', 1, 0)],
      },
    },
    {
      alert: 'LongTransaction',
      severity: 'warning',
      service: 'database',
      expr: 'max by (instance, datname) (pg_stat_activity_max_tx_duration) > 300',
      for: '1m',
      summary:
        'A transaction in {{ $labels.datname }} of {{ $labels.instance }} has run for {{ $value | humanizeDuration }}.',
      proof: {
        minutes: 3,
        recoveryMinutes: 2,
        series: [gauge('pg_stat_activity_max_tx_duration{instance="primary",datname="freight"}', 301, 299)],
      },
    },
    replicationLag(10, 'warning'),
    replicationLag(60, 'critical'),
    {
      alert: 'StandbyMissing',
      severity: 'critical',
      service: 'database',
      // Without its exporter nothing is known, and TargetDown fires.
      expr: '(count(pg_stat_replication_pg_wal_lsn_diff{state="streaming"}) or vector(0)) < 1 and on () (count(pg_up == 1) > 0)',
      for: '2m',
      summary: 'No standby replicates from the primary. A loss of the primary would lose data.',
      proof: {
        minutes: 4,
        recoveryMinutes: 7,
        series: [
          gauge('pg_stat_replication_pg_wal_lsn_diff{state="streaming"}', undefined, 0),
          gauge('pg_up{instance="primary"}', 1, 1),
        ],
      },
    },
    {
      alert: 'CorruptedTable',
      severity: 'critical',
      service: 'database',
      expr: 'increase(freight_database_checksum_failures_total[1h]) > 0',
      for: '0m',
      summary: 'PostgreSQL has read a page whose checksum is wrong: a table or an index is corrupted.',
      proof: {
        minutes: 5,
        recoveryMinutes: 65,
        series: [counter('freight_database_checksum_failures_total', 1, 0)],
      },
    },
    {
      alert: 'RedisDown',
      severity: 'critical',
      service: 'redis',
      expr: 'redis_up == 0',
      for: '30s',
      summary: 'Redis does not answer. Budgets are counted by gateway, and live data waits.',
      proof: { minutes: 2, recoveryMinutes: 2, series: [gauge('redis_up', 0, 1)] },
    },
    {
      alert: 'RedisMemoryHigh',
      severity: 'warning',
      service: 'redis',
      expr: 'redis_memory_used_bytes / redis_memory_max_bytes > 0.85 and redis_memory_max_bytes > 0',
      for: '5m',
      summary: 'Redis uses {{ $value | humanizePercentage }} of its memory.',
      proof: {
        minutes: 7,
        recoveryMinutes: 2,
        series: [gauge('redis_memory_used_bytes', 86, 84), gauge('redis_memory_max_bytes', 100, 100)],
      },
    },
  ],
};

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
  ],
};

export const data: readonly RuleGroup[] = [database, live, jobs, backups, monitoring];
