import { counter, gauge } from '../proof.ts';
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.ts';
import { outages } from './outages.ts';

/** Of 10,000 requests, 5 may fail because of the graph. */
const windows = ['5m', '30m', '1h', '6h', '3d'] as const;
type Window = (typeof windows)[number];

const failures = (window: Window) => `gateway:request_failures:ratio_rate${window}`;

/** Responses 5xx that HAProxy made because no gateway responded: the figures of its servers have only those of gateways. */
function refusedByProxy(window: Window): string {
  const [backend, server] = ['backend', 'server'].map(
    (of) => `sum(rate(haproxy_${of}_http_responses_total{code="5xx",proxy=~".*gateways"}[${window}]))`,
  );
  return `(clamp_min(${backend} - ${server}, 0) or vector(0))`;
}

const ratios = windows.map((window): RecordingRule => {
  const requests = (outcome: string) =>
    `(sum(rate(gateway_request_outcomes_total{${outcome}}[${window}])) or vector(0))`;
  const refused = refusedByProxy(window);
  return {
    record: failures(window),
    expr: `(${requests('outcome="failed"')} + ${refused}) / (${requests('outcome!="cancelled"')} + ${refused})`,
  };
});

/** Fires while the ratio of failures is above the limit over a long window, and over a short one, so that it ends soon after the failures. */
function burn(long: '1h' | '6h' | '3d', short: Window, percent: number, severity: AlertRule['severity']): AlertRule {
  const limit = percent / 100;
  const minutes = { '1h': 60, '6h': 360, '3d': 4_320 }[long];
  const stepMinutes = { '1h': 1, '6h': 5, '3d': 15 }[long];
  // 100,000 requests per minute, of which a little more or less than the limit fail: one half in gateways, the other half in the proxy.
  const failed = (share: number) => (100_000 * limit * share) / 2;
  return {
    alert: 'ErrorBudgetBurns',
    severity,
    service: 'gateway',
    expr: `${failures(long)} > ${limit} and ${failures(short)} > ${limit}`,
    for: '0m',
    labels: { window: long },
    summary: `{{ $value | humanizePercentage }} of the requests of ${long} fail; the objective allows 0.05 %.`,
    proof: {
      minutes,
      stepMinutes,
      // The short window ends the alert.
      recoveryMinutes: { '1h': 3, '6h': 15, '3d': 180 }[long],
      series: [
        counter('gateway_request_outcomes_total{job="gateway",outcome="failed"}', failed(1.03), failed(0.97)),
        counter(
          'gateway_request_outcomes_total{job="gateway",outcome="ok"}',
          100_000 - 2 * failed(1.03),
          100_000 - 2 * failed(0.97),
        ),
        counter(
          'haproxy_backend_http_responses_total{code="5xx",proxy="gateways"}',
          2 * failed(1.03),
          2 * failed(0.97),
        ),
        counter('haproxy_server_http_responses_total{code="5xx",proxy="gateways"}', failed(1.03), failed(0.97)),
        counter('haproxy_backend_http_responses_total{code="2xx",proxy="gateways"}', 90_000, 90_000),
      ],
    },
  };
}

const peers = (...counts: readonly number[]) =>
  counts.map((count, n) => gauge(`gateway_peers{instance="gateway-${n + 1}:4100"}`, count, count));
const twoUp = [1, 2].map((n) => gauge(`up{job="gateway",instance="gateway-${n}:4100"}`, 1, 1));

/** A release takes an hour and keeps the former version for another one. New settings reach all gateways within minutes. */
const gatewaysDiffer: readonly AlertRule[] = [
  {
    alert: 'GatewaysDiffer',
    severity: 'warning',
    service: 'gateway',
    labels: { difference: 'releases' },
    expr: 'max(gateway_peer_releases) > 1',
    for: '3h',
    summary: 'The gateways have run {{ $value }} different releases for 3 hours.',
    proof: {
      minutes: 185,
      stepMinutes: 5,
      ofSeveral: 'one',
      series: [gauge('gateway_peer_releases{instance="gateway-1:4100"}', 2, 1)],
    },
  },
  {
    alert: 'GatewaysDiffer',
    severity: 'warning',
    service: 'gateway',
    labels: { difference: 'settings' },
    expr: 'max(gateway_peer_settings) > 1',
    for: '15m',
    summary: 'Gateways of one release have had {{ $value }} different settings for 15 minutes.',
    proof: {
      minutes: 17,

      ofSeveral: 'one',
      series: [gauge('gateway_peer_settings{instance="gateway-1:4100"}', 2, 1)],
    },
  },
  {
    alert: 'GatewaysDiffer',
    severity: 'warning',
    service: 'gateway',
    labels: { difference: 'redis' },
    expr: 'min(gateway_peers) < count(up{job="gateway"} == 1)',
    for: '15m',
    summary: 'A gateway finds only {{ $value }} gateways in its Redis, fewer than run: they do not share one.',
    proof: {
      minutes: 17,

      series: [
        gauge('gateway_peers{instance="gateway-1:4100"}', 1, 2),
        gauge('up{job="gateway",instance="gateway-1:4100"}', 1, 1),
        gauge('up{job="gateway",instance="gateway-2:4100"}', 1, 1),
      ],
      cases: [
        {
          name: 'one of two gateways finds only itself',
          alerts: 1,
          series: [...peers(1, 2), ...twoUp],
        },
        {
          name: 'a gateway that Prometheus does not know shares the Redis',
          alerts: 0,
          series: [...peers(3, 3), ...twoUp],
        },
      ],
    },
  },
];

export const availability: readonly RuleGroup[] = [
  { name: 'objective', rules: ratios },
  {
    name: 'availability',
    rules: [
      burn('1h', '5m', 0.72, 'critical'),
      burn('6h', '30m', 0.3, 'critical'),
      burn('3d', '6h', 0.05, 'warning'),
      ...outages,
      ...gatewaysDiffer,
      {
        alert: 'SubgraphCircuitOpen',
        severity: 'warning',
        service: 'gateway',
        expr: 'max by (subgraph) (gateway_subgraph_circuit) == 1',
        for: '2m',
        summary: 'A gateway no longer calls the subgraph {{ $labels.subgraph }}, because its requests fail.',
        proof: {
          minutes: 4,

          ofSeveral: 'one',
          per: ['subgraph'],
          series: [gauge('gateway_subgraph_circuit{subgraph="fleet"}', 1, 0.5)],
        },
      },
      {
        alert: 'SupergraphReloadRefused',
        severity: 'warning',
        service: 'gateway',
        expr: 'sum(increase(gateway_supergraph_reloads_total{outcome="refused"}[10m])) > 0 or sum(increase(gateway_supergraph_canaries_total{outcome="rolled_back"}[10m])) > 0',
        for: '0m',
        summary: 'A new supergraph was refused or rolled back. The gateways serve the former one.',
        proof: {
          minutes: 5,
          recoveryMinutes: 10,
          series: [counter('gateway_supergraph_reloads_total{outcome="refused"}', 1, 0)],
        },
        otherBranch: [counter('gateway_supergraph_canaries_total{outcome="rolled_back"}', 1, 0)],
      },
      {
        alert: 'AccessSnapshotOld',
        severity: 'critical',
        service: 'gateway',
        expr: 'gateway_access_snapshot_age_seconds > 120',
        for: '1m',
        summary:
          'The gateway {{ $labels.instance }} has known no revoked session or API key for {{ $value | humanizeDuration }}.',
        proof: {
          minutes: 3,

          series: [gauge('gateway_access_snapshot_age_seconds{instance="g"}', 121, 119)],
        },
      },
    ],
  },
];
