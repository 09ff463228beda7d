import { begun, gauge, type ProofSeries } from '../proof.ts';
import type { AlertRule, Proof } from '../rule.ts';

/**
 * The first start of an installation is no outage: Prometheus runs before migrations, subgraphs, gateways and proxy. So a gateway has been up, or the
 * start has taken 10 minutes.
 */
const once = (condition: string): string =>
  `(${condition}) and on () (max_over_time(up{job="gateway"}[1h]) == 1 or count_over_time(up[1h] offset 10m))`;

/** Prometheus has watched for 7 minutes when the alert must fire: less than a start may take. */
const proofOf = (series: readonly ProofSeries[], firstStart: readonly ProofSeries[]): Proof => ({
  minutes: 12,
  series,
  cases: [{ name: 'an installation starts for the first time', alerts: 0, series: firstStart }],
});

const minute = 5;
const starting = (series: string): ProofSeries => begun(series, { minute }, 0, 1);
const fallen = (series: string): ProofSeries => begun(series, { minute, wasUp: true }, 0, 1);
const serving = (series: string): ProofSeries => begun(series, { minute }, 1, 1);
/** It has not come up since Prometheus began to watch, 12 minutes ago. */
const neverUp = (series: string): ProofSeries => gauge(series, 0, 1);

const prometheus = gauge('up{job="prometheus",instance="prometheus:9090"}', 1, 1);
const first = 'up{job="gateway",instance="gateway-1:4100"}';
const second = 'up{job="gateway",instance="gateway-2:4100"}';
const gateways = [first, second];

/** An alert about one series while a gateway serves. */
const oneDown = (series: string) => ({
  proof: proofOf([starting(series), serving(first)], [starting(series), starting(first)]),
  otherBranch: [neverUp(series), prometheus],
});

/** A process or the edge does not respond. */
export const outages: readonly AlertRule[] = [
  {
    alert: 'GatewayDown',
    severity: 'warning',
    service: 'gateway',
    expr: once('up{job="gateway"} == 0'),
    for: '1m',
    summary: 'The gateway {{ $labels.instance }} does not answer Prometheus.',
    ...oneDown(second),
  },
  {
    alert: 'AllGatewaysDown',
    severity: 'critical',
    service: 'gateway',
    expr: once('sum(up{job="gateway"}) == 0 or absent(up{job="gateway"})'),
    for: '30s',
    summary: 'No gateway answers Prometheus. Clients get no responses.',
    proof: proofOf(gateways.map(fallen), gateways.map(starting)),
    // Prometheus has found no gateway since it began to watch.
    otherBranch: [gauge(first, undefined, 1), prometheus],
  },
  {
    alert: 'SubgraphDown',
    severity: 'critical',
    service: 'subgraph',
    expr: once('up{job="subgraph"} == 0'),
    for: '1m',
    summary: 'The subgraph {{ $labels.instance }} does not answer Prometheus. Its fields are null.',
    ...oneDown('up{job="subgraph",instance="fleet:4003"}'),
  },
  {
    alert: 'EdgeUnreachable',
    severity: 'critical',
    service: 'edge',
    expr: once('probe_success{job="probe"} == 0'),
    for: '1m',
    summary: 'The prober gets no healthy response from {{ $labels.instance }}, where clients connect.',
    ...oneDown('probe_success{job="probe",instance="edge"}'),
  },
  {
    alert: 'GraphProbeFails',
    severity: 'critical',
    service: 'edge',
    expr: once('probe_success{job="probe-graph"} == 0'),
    for: '1m',
    summary: 'A request that the prober sends to {{ $labels.instance }} gets no response from the database.',
    ...oneDown('probe_success{job="probe-graph",instance="edge"}'),
  },
];
