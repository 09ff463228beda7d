import { describe, expect, test } from '@jest/globals';
import { findStaleFiles } from '../check-deploy/kubernetes/find-kubernetes-faults.ts';
import { checkModel } from '../check-deploy/kubernetes/models.ts';
import { base, findingsOf, findingsWith, project } from './kubernetes-base.ts';

test('the files that `npm run k8s` writes are current', () => {
  expect(findStaleFiles(project)).toEqual([]);
});

test('the base of all overlays has no faults', () => {
  expect(findingsOf(base)).toEqual([]);
});

describe('an operator who changes an object is told', () => {
  test.each([
    [
      'of a misspelt field',
      ['Deployment', 'fleet', '"minReadySeconds"', '"minReadySecond"'],
      'Deployment fleet: spec.minReadySecond is no field of Deployment fleet',
    ],
    [
      'of a value of another type',
      ['HorizontalPodAutoscaler', 'fleet', '"minReplicas":3', '"minReplicas":"3"'],
      'HorizontalPodAutoscaler fleet: data/spec/minReplicas must be integer',
    ],
    [
      'of backups that are removed too early',
      ['ObjectStore', 'backups', '"30d"', '"7d"'],
      'ObjectStore backups: spec.retentionPolicy: 30d or more is required',
    ],
    [
      'of backups that are not encrypted',
      ['ObjectStore', 'backups', '"encryption":"aws:kms",', ''],
      'ObjectStore backups: spec.configuration.data.encryption: is missing',
    ],
    [
      'of a restore test with too little space',
      ['ConfigMap', 'restore-test', 'storage: { size: 200Gi }', 'storage: { size: 20Gi }'],
      'ConfigMap restore-test: cluster.yaml: storage of at least 200Gi is required',
    ],
    [
      'of a restore test with another version of PostgreSQL',
      ['ConfigMap', 'restore-test', 'postgresql:17.2-bookworm', 'postgresql:16.2-bookworm'],
      'ConfigMap restore-test: cluster.yaml: the image ghcr.io/cloudnative-pg/postgresql:17.2-bookworm of the database is required',
    ],
    [
      'of a token that the pod has no use for',
      ['Deployment', 'fleet', '"automountServiceAccountToken":false', '"automountServiceAccountToken":true'],
      'Deployment fleet: automountServiceAccountToken: false is required, because no RoleBinding names fleet',
    ],
    [
      'of a Service without pods',
      [
        'Service',
        'fleet',
        '"selector":{"app.kubernetes.io/name":"fleet"',
        '"selector":{"app.kubernetes.io/name":"flet"',
      ],
      'Service fleet: it selects no pod',
    ],
    [
      'of a request above its limit',
      ['Deployment', 'fleet', '"requests":{"cpu":"250m"', '"requests":{"cpu":"1500m"'],
      'Deployment fleet: container process: the request of cpu, 1500m, is above the limit, 1',
    ],
    [
      'of a version that may change by itself',
      ['Deployment', 'redis-proxy', 'haproxy:3.0.6-bookworm', 'haproxy:latest'],
      'Deployment redis-proxy: container haproxy: the name of the image must have a full version; it is haproxy:latest',
    ],
    [
      'of a budget that lets no pod move',
      ['PodDisruptionBudget', 'redis', '"maxUnavailable":1', '"minAvailable":3'],
      'PodDisruptionBudget redis: of 3 pods at least one must stay and one must be able to move; 3 stay',
    ],
    [
      'of a setting that the process does not have',
      ['Deployment', 'gateway', '"ADMIN_PORT"', '"ADMIN_PROT"'],
      'Deployment gateway: gateway has no setting ADMIN_PROT',
    ],
    [
      'of a setting without sense',
      ['ConfigMap', 'gateway-settings', '"DRAIN_WINDOW_MS":"30000"', '"DRAIN_WINDOW_MS":"30 s"'],
      'Deployment gateway: DRAIN_WINDOW_MS: use a whole number from 0 to 3600000; it is "30 s"',
    ],
    [
      'of a drain that the pod cuts off',
      ['ConfigMap', 'gateway-settings', '"DRAIN_WINDOW_MS":"30000"', '"DRAIN_WINDOW_MS":"60000"'],
      'Deployment gateway: terminationGracePeriodSeconds must be above 69 s, the time that preStop, drain and closing may take; got 40 s',
    ],
    [
      'of a secret that no process reads',
      ['ExternalSecret', 'fleet', '"secretKey":"FIELD_KEYS"', '"secretKey":"FIELD_KEY"'],
      'Deployment fleet: subgraph has no setting FIELD_KEY',
    ],
    [
      'of a secret that is missing',
      ['ExternalSecret', 'fleet', '"secretKey":"FIELD_KEYS"', '"secretKey":"FIELD_KEY"'],
      'Deployment fleet: FIELD_KEYS: not set, but required in production. `npm run keys` prints a new one.',
    ],
    [
      'of a secret of another process',
      ['ExternalSecret', 'gateway', '"secretKey":"ACCESS_PUBLIC_KEYS"', '"secretKey":"FIELD_KEYS"'],
      'Deployment gateway: FIELD_KEYS: in production for subgraphs with encrypted columns only; got a value that is not shown. Remove it from this process.',
    ],
    [
      'of a database with too few connections',
      ['Cluster', 'postgres', '"max_connections":"2600"', '"max_connections":"300"'],
      'Cluster postgres: max_connections must be above 2450 for all subgraphs; it is 300',
    ],
    [
      'of a network policy that is not in k8s/edges.yaml',
      ['NetworkPolicy', 'pricing', '5432', '22'],
      'NetworkPolicy pricing: it differs from k8s/edges.yaml: run `npm run k8s`',
    ],
    [
      'of a route to nowhere',
      ['HTTPRoute', 'graph', '"port":4000', '"port":4444'],
      'HTTPRoute graph: no Service gateway with the port 4444 exists',
    ],
    [
      'of an alert that could never fire',
      ['Probe', 'edge', '"jobName":"probe"', '"jobName":"prober"'],
      'PrometheusRule freight-availability: no monitor makes the job probe',
    ],
    [
      'of a ConfigMap that does not exist',
      ['ConfigMap', 'access-settings', '"name":"access-settings"', '"name":"acces-settings"'],
      'Deployment access: no ConfigMap access-settings exists',
    ],
  ] as const)('%s', (_title, [kind, name, before, after], expected) => {
    expect(findingsWith(kind, name, before, after)).toContain(expected);
  });

  test('of a misspelt field, wherever it stands', () => {
    const unseen = base.flatMap((object) =>
      placesIn(object).filter((place) => {
        place['misspelt'] = 'x';
        const faults = checkModel(object);
        delete place['misspelt'];
        return faults.length === 0;
      }),
    );
    expect(unseen).toEqual([]);
  });
});

/** Maps from any name to a text, in which no name is misspelt. */
const maps = ['labels', 'annotations', 'matchLabels', 'data', 'parameters', 'connectionParameters', 'selector'];

/** The model of Alertmanager's inner routes is any JSON. */
const anyForm = 'routes';

function placesIn(value: unknown, name = ''): readonly Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || name === anyForm) return [];
  if (Array.isArray(value)) return value.flatMap((one) => placesIn(one));
  const isMap = maps.includes(name) && Object.values(value).every((one) => typeof one === 'string');
  const inner = Object.entries(value).flatMap(([key, one]) => placesIn(one, key));
  return isMap ? inner : [value as Record<string, unknown>, ...inner];
}
