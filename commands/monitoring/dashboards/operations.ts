import { type Dashboard, described, figure, graph, percentiles, table } from '../panel.ts';

const rate = '[$__rate_interval]';
const successRatio = (window: string) => `1 - gateway:request_failures:ratio_rate${window}`;

const system: Dashboard = {
  name: 'system',
  title: 'System',
  panels: [
    figure('Gateways up', 'none', 'sum(up{job="gateway"})'),
    figure('Subgraphs up', 'none', 'sum(up{job="subgraph"})'),
    figure('Alerts that fire', 'none', 'count(ALERTS{alertstate="firing"}) or vector(0)'),
    figure('Certificate expires', 's', 'min(probe_ssl_earliest_cert_expiry - time())'),
    figure(
      'Least disk left',
      'percentunit',
      'min(node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs"})',
    ),
    figure('Least memory left', 'percentunit', 'min(node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)'),
    graph('Processor by process', 'percentunit', [
      `rate(process_cpu_seconds_total{job=~"gateway|subgraph"}${rate})`,
      '{{instance}}',
    ]),
    graph('Memory by process', 'bytes', ['process_resident_memory_bytes{job=~"gateway|subgraph"}', '{{instance}}']),
    graph('Heap by process', 'bytes', ['nodejs_heap_size_used_bytes', '{{instance}}']),
    graph('Event loop lag, p99', 's', ['nodejs_eventloop_lag_p99_seconds', '{{instance}}']),
    graph('Garbage collection', 'percentunit', [
      `sum by (instance) (rate(nodejs_gc_duration_seconds_sum${rate}))`,
      '{{instance}}',
    ]),
    graph('Processor of the machines', 'percentunit', [
      `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}${rate}))`,
      '{{instance}}',
    ]),
    graph(
      'Network',
      'bytes',
      [`sum by (instance) (rate(node_network_receive_bytes_total{device!="lo"}${rate}))`, 'in {{instance}}'],
      [`sum by (instance) (rate(node_network_transmit_bytes_total{device!="lo"}${rate}))`, 'out {{instance}}'],
    ),
    graph('Edge: responses by status', 'reqps', [
      `sum by (code) (rate(haproxy_frontend_http_responses_total${rate}))`,
      '{{code}}',
    ]),
    graph('Edge: gateways in rotation', 'none', ['max by (proxy) (haproxy_backend_active_servers)', '{{proxy}}']),
    graph('Redis: memory', 'bytes', ['redis_memory_used_bytes', '{{instance}}']),
    graph('Redis: commands', 'ops', [`rate(redis_commands_processed_total${rate})`, '{{instance}}']),
  ],
};

const api: Dashboard = {
  name: 'api',
  title: 'API',
  panels: [
    described(
      figure('Success, 1 hour', 'percentunit', successRatio('1h')),
      'The objective is 99.95 %. Requests that a client must change do not count as failures.',
    ),
    figure('Success, 3 days', 'percentunit', successRatio('3d')),
    described(
      figure('Error budget left, 3 days', 'percentunit', '1 - gateway:request_failures:ratio_rate3d / 0.0005'),
      'Share of the failures that the objective of 99.95 % allows and that have not happened.',
    ),
    figure('Requests', 'reqps', 'sum(rate(gateway_request_outcomes_total[5m]))'),
    figure('Latency, p95', 's', 'gateway:request_duration:p95_5m'),
    figure('Points', 'ops', 'sum(rate(gateway_cost_points_total[5m]))'),
    graph('Requests by outcome', 'reqps', [
      `sum by (outcome) (rate(gateway_request_outcomes_total${rate}))`,
      '{{outcome}}',
    ]),
    percentiles('Latency', 'gateway_client_request_duration_seconds'),
    graph('Errors by code', 'reqps', [`sum by (code) (rate(gateway_errors_total${rate}))`, '{{code}}']),
    graph('Requests by client', 'reqps', [
      `sum by (client) (rate(gateway_client_requests_total${rate}))`,
      '{{client}}',
    ]),
    percentiles('Latency by client', 'gateway_client_request_duration_seconds', ['client']),
    graph('Failed requests by client', 'reqps', [
      `sum by (client) (rate(gateway_client_requests_total{outcome="failed"}${rate}))`,
      '{{client}}',
    ]),
    graph('Points by tier', 'ops', [`sum by (tier) (rate(gateway_cost_points_total${rate}))`, '{{tier}}']),
    graph('Budgets exceeded', 'reqps', [
      `sum by (reason, tier) (rate(gateway_budget_exceeded_total${rate}))`,
      '{{tier}} {{reason}}',
    ]),
    graph(
      'Refused API keys and unregistered documents',
      'reqps',
      [`sum by (reason) (rate(gateway_refused_keys_total${rate}))`, '{{reason}}'],
      [`sum by (code) (rate(gateway_unlisted_documents_total${rate}))`, 'unregistered {{code}}'],
    ),
    percentiles('Requests to subgraphs', 'gateway_subgraph_request_duration_seconds', ['subgraph']),
    graph('Subgraph requests by outcome', 'reqps', [
      `sum by (subgraph, outcome) (rate(gateway_subgraph_requests_total{outcome!="ok"}${rate}))`,
      '{{subgraph}} {{outcome}}',
    ]),
    graph('Circuit breakers', 'none', ['max by (subgraph) (gateway_subgraph_circuit)', '{{subgraph}}']),
    table(
      'Slowest operations',
      's',
      'topk(15, histogram_quantile(0.95, sum by (le, operation) (rate(gateway_request_duration_seconds_bucket[1h]))))',
    ),
    table('Most frequent operations', 'reqps', 'topk(15, sum by (operation) (rate(gateway_requests_total[1h])))'),
    graph(
      'Supergraph: reloads, gates, canaries',
      'none',
      ['sum by (outcome) (increase(gateway_supergraph_reloads_total[1h]))', 'reload {{outcome}}'],
      ['sum by (outcome) (increase(gateway_supergraph_gate_total[1h]))', 'gate {{outcome}}'],
      ['sum by (outcome) (increase(gateway_supergraph_canaries_total[1h]))', 'canary {{outcome}}'],
    ),
    graph(
      'Supergraph: canary requests',
      'reqps',
      [
        `sum by (generation, outcome) (rate(gateway_supergraph_canary_requests_total${rate}))`,
        '{{generation}} {{outcome}}',
      ],
      ['max(gateway_supergraph_canary)', 'canary runs'],
      ['max(gateway_supergraph_damaged_documents)', 'damaged documents'],
    ),
    graph(
      'Sign-ins and sessions',
      'ops',
      [`sum by (event) (rate(access_session_events_total${rate}))`, '{{event}}'],
      ['max(gateway_access_snapshot_age_seconds)', 'age of the access snapshot, s'],
    ),
  ],
};

const live: Dashboard = {
  name: 'live',
  title: 'Live data',
  panels: [
    figure('Subscriptions', 'none', 'sum(gateway_live_subscriptions)'),
    described(
      figure('Subscriptions per stream', 'none', 'sum(gateway_live_subscriptions) / sum(gateway_live_streams)'),
      'Equal subscriptions share one stream, so that each event is computed once.',
    ),
    figure('Websockets', 'none', 'sum(gateway_live_sockets)'),
    graph('Subscriptions by gateway', 'none', ['gateway_live_subscriptions', '{{instance}}']),
    graph(
      'Payloads to clients',
      'ops',
      [`sum(rate(gateway_live_payloads_total${rate}))`, 'sent'],
      [`sum(rate(gateway_live_payloads_dropped_total${rate}))`, 'dropped'],
    ),
    graph('Interruptions', 'ops', [
      `sum by (subgraph, event) (rate(gateway_subgraph_events_total{event=~"broken_socket|queue_overflow|resubscribed"}${rate}))`,
      '{{subgraph}} {{event}}',
    ]),
    graph(
      'Payloads of subgraphs',
      'ops',
      [`sum by (subgraph) (rate(subgraph_live_payloads_lost_total${rate}))`, 'lost {{subgraph}}'],
      [`sum by (subgraph) (rate(subgraph_live_payloads_conflated_total${rate}))`, 'conflated {{subgraph}}'],
      [`sum by (subgraph) (rate(subgraph_live_payloads_unsent_total${rate}))`, 'unsent {{subgraph}}'],
    ),
    graph(
      'Redis: messages and clients',
      'none',
      ['redis_connected_clients', 'clients'],
      ['redis_pubsub_channels', 'channels'],
    ),
  ],
};

const cache: Dashboard = {
  name: 'cache',
  title: 'Caches',
  panels: [
    described(
      figure(
        'Requests without planning',
        'percentunit',
        '1 - sum(rate(gateway_document_work_total{work="planned",time="request"}[5m])) / sum(rate(gateway_request_outcomes_total[5m]))',
      ),
      'The plan was known. Trusted documents are planned ahead of requests.',
    ),
    figure(
      'Requests without validation',
      'percentunit',
      '1 - sum(rate(gateway_document_work_total{work="validated",time="request"}[5m])) / sum(rate(gateway_request_outcomes_total[5m]))',
    ),
    figure(
      'Redis hits',
      'percentunit',
      'sum(rate(redis_keyspace_hits_total[5m])) / (sum(rate(redis_keyspace_hits_total[5m])) + sum(rate(redis_keyspace_misses_total[5m])))',
    ),
    figure(
      'Database buffer hits',
      'percentunit',
      'sum(rate(pg_stat_database_blks_hit[5m])) / (sum(rate(pg_stat_database_blks_hit[5m])) + sum(rate(pg_stat_database_blks_read[5m])))',
    ),
    graph('Work on documents', 'ops', [
      `sum by (work, time) (rate(gateway_document_work_total${rate}))`,
      '{{work}} {{time}}',
    ]),
    graph('Shared requests to subgraphs', 'ops', [
      `sum by (subgraph) (rate(gateway_subgraph_events_total{event="shared"}${rate}))`,
      '{{subgraph}}',
    ]),
    graph(
      'Redis: keys evicted and expired',
      'ops',
      [`rate(redis_evicted_keys_total${rate})`, 'evicted'],
      [`rate(redis_expired_keys_total${rate})`, 'expired'],
    ),
  ],
};

const database: Dashboard = {
  name: 'database',
  title: 'Database',
  panels: [
    figure(
      'Connections in use',
      'percentunit',
      'max(sum by (instance) (pg_stat_activity_count) / on (instance) pg_settings_max_connections)',
    ),
    figure('Replication lag', 's', 'max(pg_replication_lag_seconds and pg_replication_is_replica == 1)'),
    figure('Size', 'bytes', 'sum(pg_database_size_bytes)'),
    figure('Age of the last archived WAL', 's', 'max(pg_stat_archiver_last_archive_age)'),
    figure('Age of the last backup', 's', 'time() - max(freight_backup_last_success_timestamp_seconds)'),
    figure('Age of the last restore test', 's', 'time() - max(freight_restore_test_last_success_timestamp_seconds)'),
    graph('Statements by subgraph', 'ops', [
      `sum by (subgraph) (rate(subgraph_sql_statements_total${rate}))`,
      '{{subgraph}}',
    ]),
    percentiles('Duration of statements', 'subgraph_sql_statement_duration_seconds', ['subgraph']),
    graph('Failed statements', 'ops', [`sum by (subgraph) (rate(subgraph_sql_errors_total${rate}))`, '{{subgraph}}']),
    graph('Connections of the pools', 'none', [
      'sum by (subgraph, state) (subgraph_sql_connections)',
      '{{subgraph}} {{state}}',
    ]),
    graph('Connections of the server', 'none', [
      'sum by (instance, state) (pg_stat_activity_count)',
      '{{instance}} {{state}}',
    ]),
    graph(
      'Transactions',
      'ops',
      [`sum by (datname) (rate(pg_stat_database_xact_commit${rate}))`, 'committed {{datname}}'],
      [`sum by (datname) (rate(pg_stat_database_xact_rollback${rate}))`, 'rolled back {{datname}}'],
    ),
    graph(
      'Deadlocks and conflicts',
      'ops',
      [`sum by (datname) (rate(pg_stat_database_deadlocks${rate}))`, 'deadlocks {{datname}}'],
      [`sum by (datname) (rate(pg_stat_database_conflicts${rate}))`, 'conflicts {{datname}}'],
    ),
    graph('Longest transaction', 's', ['max by (instance) (pg_stat_activity_max_tx_duration)', '{{instance}}']),
    graph('Replication: bytes behind', 'bytes', ['pg_stat_replication_pg_wal_lsn_diff', '{{application_name}}']),
  ],
};

const jobs: Dashboard = {
  name: 'jobs',
  title: 'Jobs and events',
  panels: [
    figure('Oldest waiting event', 's', 'max(subgraph_jobs_oldest_age_seconds{queue="events"})'),
    figure('Waiting events', 'none', 'sum(subgraph_jobs{queue="events",state="waiting"})'),
    described(
      figure('Failed events', 'none', 'sum(subgraph_jobs{queue="dead",state="waiting"})'),
      'All retries have failed. An operator handles them.',
    ),
    graph('Waiting events by subgraph', 'none', [
      'max by (subgraph) (subgraph_jobs{queue="events",state="waiting"})',
      '{{subgraph}}',
    ]),
    graph('Age of the oldest event', 's', [
      'max by (subgraph) (subgraph_jobs_oldest_age_seconds{queue="events"})',
      '{{subgraph}}',
    ]),
    graph('Events by state', 'none', ['sum by (queue, state) (subgraph_jobs)', '{{queue}} {{state}}']),
    graph('Failed runs of chores', 'none', [
      'sum by (subgraph, chore) (increase(subgraph_chore_runs_total{outcome="failed"}[1h]))',
      '{{subgraph}} {{chore}}',
    ]),
    table(
      'Chores by seconds since the last success',
      's',
      'sort_desc(time() - max by (subgraph, chore) (subgraph_chore_last_success_timestamp_seconds))',
    ),
    table('Intervals of chores', 's', 'max by (subgraph, chore) (subgraph_chore_interval_seconds)'),
  ],
};

const traces: Dashboard = {
  name: 'traces',
  title: 'Traces',
  panels: [
    figure('Spans received', 'ops', 'sum(rate(otelcol_receiver_accepted_spans[5m]))'),
    figure('Spans not stored', 'ops', 'sum(rate(otelcol_exporter_send_failed_spans[5m])) or vector(0)'),
    figure(
      'Queue of the collector',
      'percentunit',
      'max(otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
    ),
    graph(
      'Spans',
      'ops',
      [`sum by (receiver) (rate(otelcol_receiver_accepted_spans${rate}))`, 'received {{receiver}}'],
      [`sum by (exporter) (rate(otelcol_exporter_sent_spans${rate}))`, 'sent {{exporter}}'],
      [`sum by (receiver) (rate(otelcol_receiver_refused_spans${rate}))`, 'refused {{receiver}}'],
    ),
    graph(
      'Spans of the product',
      'ops',
      [`sum by (outcome) (rate(gateway_spans_total${rate}))`, 'gateway {{outcome}}'],
      [`sum by (subgraph, outcome) (rate(subgraph_spans_total${rate}))`, '{{subgraph}} {{outcome}}'],
    ),
    percentiles('Operations by subgraph, to find what to trace', 'subgraph_request_duration_seconds', ['subgraph']),
    graph('Memory of the collector', 'bytes', ['process_resident_memory_bytes{job="collector"}', '{{instance}}']),
    table(
      'Slowest operations of subgraphs',
      's',
      'topk(15, histogram_quantile(0.95, sum by (le, subgraph, operation) (rate(subgraph_request_duration_seconds_bucket[1h]))))',
    ),
    table(
      'Operations with errors',
      'reqps',
      'topk(15, sum by (subgraph, operation) (rate(subgraph_request_errors_total[1h])))',
    ),
  ],
};

export const operations: readonly Dashboard[] = [system, api, live, cache, database, jobs, traces];
