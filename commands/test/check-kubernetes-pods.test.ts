import { describe, expect, test } from '@jest/globals';
import { type FieldRow, findingsWithout, testFields } from './kubernetes-base.ts';

const pod = 'spec.template.spec';
const container = `${pod}.containers.0`;

const inFleet = (title: string, path: string, value: unknown, expected: string): FieldRow => [
  title,
  'Deployment',
  'fleet',
  path,
  value,
  `Deployment fleet: ${expected}`,
];

describe('a probe that cannot work is found', () => {
  testFields([
    inFleet(
      'none',
      `${container}.startupProbe`,
      undefined,
      'container process: startupProbe: /health/live at the port http is required',
    ),
    inFleet(
      'at a port that does not exist',
      `${container}.readinessProbe.httpGet.port`,
      'admin',
      'container process: readinessProbe: the port admin is none of the container',
    ),
    inFleet(
      'at a path that is not served',
      `${container}.readinessProbe.httpGet.path`,
      '/healthz',
      'container process: readinessProbe: the container serves no /healthz at the port http',
    ),
    inFleet(
      'by TLS',
      `${container}.readinessProbe.httpGet.scheme`,
      'HTTPS',
      'container process: readinessProbe: the container serves no HTTPS',
    ),
    inFleet(
      'of another kind',
      `${container}.livenessProbe`,
      { tcpSocket: { port: 'http' } },
      'container process: livenessProbe: /health/live at the port http is required',
    ),
    [
      'that ends gateways without a database',
      'Deployment',
      'gateway',
      `${container}.livenessProbe.httpGet.path`,
      '/health/ready',
      'Deployment gateway: container process: livenessProbe: /health/live at the port http is required',
    ],
    [
      'at the port of metrics',
      'Deployment',
      'gateway',
      `${container}.readinessProbe.httpGet.port`,
      'admin',
      'Deployment gateway: container process: readinessProbe: the container serves no /health at the port admin',
    ],
    [
      'of Redis: none',
      'StatefulSet',
      'redis',
      `${container}.readinessProbe`,
      undefined,
      'StatefulSet redis: container redis: readinessProbe is required',
    ],
    [
      'of the proxy at another port',
      'Deployment',
      'redis-proxy',
      `${container}.readinessProbe.httpGet.port`,
      'metricz',
      'Deployment redis-proxy: container haproxy: readinessProbe: the port metricz is none of the container',
    ],
    [
      'of the proxy at another path',
      'Deployment',
      'redis-proxy',
      `${container}.livenessProbe.httpGet.path`,
      '/healthz',
      'Deployment redis-proxy: container haproxy: livenessProbe: the container serves no /healthz at the port metrics',
    ],
  ]);
});

describe('a pod that names something else than what exists is found', () => {
  testFields([
    inFleet(
      'an account of another pod',
      `${pod}.serviceAccountName`,
      'gateway',
      'the ServiceAccount gateway belongs to another pod',
    ),
    inFleet('an account that does not exist', `${pod}.serviceAccountName`, 'fleets', 'no ServiceAccount fleets exists'),
    inFleet('a volume that does not exist', `${container}.volumeMounts.0.name`, 'temp', 'no volume temp exists'),
    inFleet('a volume that nobody mounts', `${container}.volumeMounts`, [], 'no container mounts the volume tmp'),
    inFleet(
      'a key that does not exist',
      `${container}.env.3.valueFrom.configMapKeyRef.key`,
      'REDIS_URI',
      'the ConfigMap redis has no key REDIS_URI',
    ),
    inFleet(
      'pods of others',
      'spec.selector.matchLabels.app~kubernetes~io/name',
      'flet',
      'the selector app.kubernetes.io/name=flet must select the pods of fleet; got none',
    ),
    inFleet(
      'a spread of other pods',
      `${pod}.topologySpreadConstraints.0.labelSelector.matchLabels`,
      { 'app.kubernetes.io/name': 'risk' },
      'the selector app.kubernetes.io/name=risk must select the pods of fleet; got risk',
    ),
    [
      'a budget of all pods',
      'PodDisruptionBudget',
      'fleet',
      'spec.selector.matchLabels',
      { 'app.kubernetes.io/name': 'flet' },
      'PodDisruptionBudget fleet: the selector app.kubernetes.io/name=flet must select the pods of one workload; got none',
    ],
    [
      'a role that does not exist',
      'RoleBinding',
      'restore-test',
      'roleRef.name',
      'restore',
      'RoleBinding restore-test: no Role restore exists',
    ],
    [
      'an account of a role that does not exist',
      'RoleBinding',
      'restore-test',
      'subjects.0.name',
      'restore',
      'RoleBinding restore-test: no ServiceAccount restore exists',
    ],
  ]);
});

describe('a process that is missing, or another one than expected, is found', () => {
  test.each([
    ['Deployment', 'risk'],
    ['Deployment', 'gateway'],
    ['Job', 'migrate'],
  ])('no %s %s', (kind, name) => {
    expect(findingsWithout(kind, name)).toContain(`${kind} ${name}: it is missing`);
  });

  testFields([
    inFleet(
      'another program',
      `${container}.args`,
      ['commands/subgraf.ts', 'fleet'],
      'args: use [commands/subgraph.ts, fleet] instead of [commands/subgraf.ts, fleet]',
    ),
    inFleet(
      'another subgraph',
      `${container}.args`,
      ['commands/subgraph.ts', 'risk'],
      'args: use [commands/subgraph.ts, fleet] instead of [commands/subgraph.ts, risk]',
    ),
    inFleet('no program', `${container}.args`, undefined, 'args: use [commands/subgraph.ts, fleet] instead of []'),
  ]);
});
