import { counter, flickering, gauge } from '../proof.ts';
import type { AlertRule, RuleGroup } from '../rule.ts';

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

      series: [
        gauge('pg_replication_lag_seconds{instance="standby"}', seconds + 1, seconds - 1),
        gauge('pg_replication_is_replica{instance="standby"}', 1, 1),
      ],
      cases: [
        {
          name: 'a primary, which replays nothing',
          alerts: 0,
          series: [
            gauge('pg_replication_lag_seconds{instance="primary"}', seconds + 1, seconds + 1),
            gauge('pg_replication_is_replica{instance="primary"}', 0, 0),
          ],
        },
      ],
    },
  };
}

export const database: RuleGroup = {
  name: 'database',
  rules: [
    {
      alert: 'DatabaseDown',
      severity: 'critical',
      service: 'database',
      expr: 'pg_up == 0',
      for: '30s',
      summary: 'PostgreSQL at {{ $labels.instance }} does not answer.',
      proof: { minutes: 2, series: [gauge('pg_up{instance="primary"}', 0, 1)] },
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

        series: [
          gauge('pg_stat_activity_count{instance="primary",state="idle"}', 241, 239),
          gauge('pg_settings_max_connections{instance="primary"}', 300, 300),
        ],
        per: ['instance'],
        cases: [
          {
            name: 'idle and active connections together',
            alerts: 1,
            series: [
              gauge('pg_stat_activity_count{instance="primary",state="idle"}', 121, 121),
              gauge('pg_stat_activity_count{instance="primary",state="active"}', 120, 120),
              gauge('pg_settings_max_connections{instance="primary"}', 300, 300),
            ],
          },
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

        series: [gauge('subgraph_sql_connections{subgraph="fleet",state="waiting"}', 1, 0)],
        cases: [
          {
            name: 'requests wait at every second look',
            alerts: 0,
            series: [flickering('subgraph_sql_connections{subgraph="fleet",state="waiting"}')],
          },
        ],
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

        ofSeveral: 'one',
        per: ['instance', 'datname'],
        series: [gauge('pg_stat_activity_max_tx_duration{instance="primary",datname="freight"}', 301, 299)],
      },
    },
    replicationLag(10, 'warning'),
    replicationLag(60, 'critical'),
    {
      alert: 'ReadStandbyLate',
      severity: 'warning',
      service: 'database',
      // The age is infinite while the standby has not answered yet.
      expr: 'max by (subgraph, instance) (subgraph_sql_standby_lag_seconds) > 5',
      for: '2m',
      summary:
        'The standby for reads of {{ $labels.subgraph }} is {{ $value | humanizeDuration }} behind. The primary answers in its place.',
      proof: {
        minutes: 4,

        ofSeveral: 'one',
        per: ['subgraph', 'instance'],
        series: [gauge('subgraph_sql_standby_lag_seconds{subgraph="shipments",instance="shipments:4001"}', 5.1, 4.9)],
      },
    },
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

        series: [
          gauge('pg_stat_replication_pg_wal_lsn_diff{state="streaming"}', undefined, 0),
          gauge('pg_up{instance="primary"}', 1, 1),
        ],
        cases: [
          { name: 'nothing is known', alerts: 0, series: [gauge('pg_up{instance="primary"}', 0, 0)] },
          {
            name: 'two standbys',
            alerts: 0,
            series: [
              ...['a', 'b'].map((name) =>
                gauge(`pg_stat_replication_pg_wal_lsn_diff{state="streaming",application_name="${name}"}`, 0, 0),
              ),
              gauge('pg_up{instance="primary"}', 1, 1),
            ],
          },
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
        recoveryMinutes: 60,
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
      proof: { minutes: 2, series: [gauge('redis_up', 0, 1)] },
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

        series: [gauge('redis_memory_used_bytes', 86, 84), gauge('redis_memory_max_bytes', 100, 100)],
        cases: [
          {
            name: 'Redis without a limit',
            alerts: 0,
            series: [gauge('redis_memory_used_bytes', 86, 86), gauge('redis_memory_max_bytes', 0, 0)],
          },
        ],
      },
    },
  ],
};
