/** The values that an expression may name of each label of a metric, or `open` if it may name any. */
export type ExporterLabels = Readonly<Record<string, readonly string[] | 'open'>>;

const none: ExporterLabels = {};
const ofServer: ExporterLabels = { server: 'open' };
const activity: ExporterLabels = {
  ...ofServer,
  datname: 'open',
  usename: 'open',
  application_name: 'open',
  backend_type: 'open',
  state: [
    'active',
    'disabled',
    'fastpath function call',
    'idle',
    'idle in transaction',
    'idle in transaction (aborted)',
  ],
  wait_event: 'open',
  wait_event_type: 'open',
};
const ofDatabase: ExporterLabels = { datid: 'open', datname: 'open' };
const filesystem: ExporterLabels = {
  device: 'open',
  fstype: ['ext4', 'xfs', 'tmpfs', 'overlay', 'squashfs'],
  mountpoint: 'open',
};
const network: ExporterLabels = { device: ['lo', 'eth0'] };
/** Names in infra/haproxy/haproxy.cfg. */
export const proxies = ['plain', 'clients', 'gateways', 'next-gateways', 'serving-gateways', 'metrics'] as const;
const responses: ExporterLabels = { code: ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'], proxy: proxies };
const exporter: ExporterLabels = { exporter: 'open' };
const receiver: ExporterLabels = { receiver: 'open', transport: 'open' };

/**
 * Metrics of other programs that alerts and dashboards use, with their own labels, by the job of monitoring/prometheus/prometheus.yml that reads
 * them.
 */
export const exporterMetrics = {
  prometheus: {
    up: none,
    ALERTS: {
      alertname: 'open',
      alertstate: ['pending', 'firing'],
      severity: ['critical', 'warning'],
      service: 'open',
    },
  },
  alertmanager: { alertmanager_notifications_failed_total: { integration: 'open', reason: 'open' } },
  postgres: {
    pg_up: none,
    pg_database_size_bytes: { datname: 'open' },
    pg_replication_is_replica: none,
    pg_replication_lag_seconds: none,
    pg_settings_max_connections: ofServer,
    pg_stat_activity_count: activity,
    pg_stat_activity_max_tx_duration: activity,
    pg_stat_archiver_failed_count: ofServer,
    pg_stat_archiver_last_archive_age: ofServer,
    pg_stat_database_blks_hit: ofDatabase,
    pg_stat_database_blks_read: ofDatabase,
    pg_stat_database_conflicts: ofDatabase,
    pg_stat_database_deadlocks: ofDatabase,
    pg_stat_database_xact_commit: ofDatabase,
    pg_stat_database_xact_rollback: ofDatabase,
    pg_stat_replication_pg_wal_lsn_diff: {
      ...ofServer,
      application_name: 'open',
      client_addr: 'open',
      slot_name: 'open',
      state: ['startup', 'catchup', 'streaming', 'backup', 'stopping'],
    },
  },
  redis: {
    redis_up: none,
    redis_commands_processed_total: none,
    redis_connected_clients: none,
    redis_evicted_keys_total: none,
    redis_expired_keys_total: none,
    redis_keyspace_hits_total: none,
    redis_keyspace_misses_total: none,
    redis_memory_max_bytes: none,
    redis_memory_used_bytes: none,
    redis_pubsub_channels: none,
  },
  node: {
    node_cpu_seconds_total: {
      cpu: 'open',
      mode: ['idle', 'iowait', 'irq', 'nice', 'softirq', 'steal', 'system', 'user'],
    },
    node_filesystem_avail_bytes: filesystem,
    node_filesystem_size_bytes: filesystem,
    node_memory_MemAvailable_bytes: none,
    node_memory_MemTotal_bytes: none,
    node_network_receive_bytes_total: network,
    node_network_transmit_bytes_total: network,
    // From text files that backups and restore tests write (docs/guides/monitoring.md).
    freight_database_checksum_failures_total: none,
    freight_backup_last_success_timestamp_seconds: none,
    freight_restore_test_last_success_timestamp_seconds: none,
  },
  proxy: {
    haproxy_backend_active_servers: { proxy: proxies },
    haproxy_backend_http_responses_total: responses,
    haproxy_frontend_http_responses_total: responses,
    haproxy_server_http_responses_total: { ...responses, server: 'open' },
  },
  probe: { probe_success: none, probe_ssl_earliest_cert_expiry: none },
  collector: {
    otelcol_exporter_queue_capacity: exporter,
    otelcol_exporter_queue_size: exporter,
    otelcol_exporter_send_failed_spans: exporter,
    otelcol_exporter_sent_spans: exporter,
    otelcol_receiver_accepted_spans: receiver,
    otelcol_receiver_refused_spans: receiver,
  },
} satisfies Readonly<Record<string, Readonly<Record<string, ExporterLabels>>>>;
