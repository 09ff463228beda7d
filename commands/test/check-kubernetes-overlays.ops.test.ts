import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { checkManifests, renderOverlays } from '../check-deploy/kubernetes/find-kubernetes-faults.ts';
import { findKubectl } from '../check-deploy/kubernetes/kubectl.ts';
import type { KubernetesObject, Manifests } from '../check-deploy/kubernetes/kubernetes-object.ts';
import { parseManifests } from '../check-deploy/kubernetes/parse-manifests.ts';
import { givenByCluster } from '../check-deploy/kubernetes/rules/edge-given.ts';
import { checkEdges } from '../check-deploy/kubernetes/rules/edges.ts';
import { checkRegions } from '../check-deploy/kubernetes/rules/regions.ts';
import type { Edge, Edges } from '../k8s/edges.ts';
import { edges, project, setField } from './kubernetes-base.ts';

/** The overlays as kubectl renders them. Each test changes a copy. */
let overlays: readonly Manifests[];
beforeAll(async () => {
  ({ overlays } = await renderOverlays(project, await findKubectl(project)));
});

const isPolicy = (name: string) => (object: KubernetesObject) =>
  object.kind === 'NetworkPolicy' && object.metadata.name === name;

/** What is found in one overlay when its objects change. */
function findingsIn(
  overlay: string,
  change: (objects: readonly KubernetesObject[]) => readonly KubernetesObject[],
): readonly string[] {
  const found = overlays.find(({ folder }) => basename(folder) === overlay);
  if (!found) throw new Error(`no overlay ${overlay}`);
  return checkManifests({ ...found, objects: change(found.objects) }, edges).map(({ at, says }) => `${at}: ${says}`);
}

const without = (isMeant: (object: KubernetesObject) => boolean) => (objects: readonly KubernetesObject[]) =>
  objects.filter((object) => !isMeant(object));

const withField =
  (isMeant: (object: KubernetesObject) => boolean, path: string, value: unknown) =>
  (objects: readonly KubernetesObject[]) =>
    objects.map((object) => (isMeant(object) ? setField(object, path, value) : object));

describe('network policies that are not those of k8s/edges.yaml are found', () => {
  test.each([
    ['refuse-all', 'us-east-1'],
    ['fleet', 'us-east-1'],
    ['postgres', 'kind'],
    ['redis', 'staging'],
    ['restored-postgres', 'eu-west-1'],
    ['postgres-regions', 'eu-west-1'],
    ['fleet-database-managed', 'managed'],
    ['gateway-redis-managed', 'managed'],
  ])('%s is missing in %s', (name, overlay) => {
    expect(findingsIn(overlay, without(isPolicy(name)))).toEqual([`NetworkPolicy ${name}: it is missing`]);
  });

  test.each([
    ['less', 'fleet', 'spec.egress.0', undefined],
    ['one direction', 'refuse-all', 'spec.policyTypes', ['Ingress']],
    ['another namespace', 'fleet', 'metadata.namespace', 'other'],
    ['another network', 'fleet-regions', 'spec.egress.0.to.0.ipBlock.cidr', '10.22.0.0/16'],
  ])('%s', (_title, name, path, value) => {
    expect(findingsIn('us-east-1', withField(isPolicy(name), path, value))).toEqual([
      `NetworkPolicy ${name}: it differs from k8s/edges.yaml: run \`npm run k8s\``,
    ]);
  });

  test('one more', () => {
    const text =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: allow-all, namespace: freight }\nspec: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}] }';
    expect(findingsIn('us-east-1', (objects) => [...objects, ...parseManifests(text, 'more')])).toEqual([
      'NetworkPolicy allow-all: k8s/edges.yaml makes no such policy for this overlay',
    ]);
  });

  test('pods that no policy selects', () => {
    const isFleet = (object: KubernetesObject) => object.kind === 'Deployment' && object.metadata.name === 'fleet';
    const label = 'spec.template.metadata.labels.app~kubernetes~io/name';
    expect(findingsIn('us-east-1', withField(isFleet, label, 'flet'))).toContain(
      'Deployment fleet: the NetworkPolicy fleet does not select its pods',
    );
  });
});

describe('k8s/edges.yaml', () => {
  const says = (changed: Edges) => checkEdges(overlays, changed).map((finding) => finding.says);

  test('has the edges that the objects need, and no others', () => {
    expect(says(edges)).toEqual([]);
  });

  test('needs each of its edges and ports', () => {
    const found = says({ ...edges, edges: [] });
    const unseen = edges.edges.flatMap(({ from, to, ports }) =>
      ports
        .map(({ protocol, port }) => `an edge from ${from} to ${to}, port ${port}/${protocol} is required`)
        .filter((missing) => !found.some((line) => line.startsWith(missing))),
    );
    expect(unseen).toEqual([]);
  });

  test.each([
    ['fleet', 'redis', 6379, 'no object needs an edge from fleet to redis, port 6379/TCP'],
    ['gateway', 'postgres', 5432, 'no object needs an edge from gateway to postgres, port 5432/TCP'],
    ['monitoring', 'gateway', 4000, 'no object needs an edge from monitoring to gateway, port 4000/TCP'],
    ['nobody', 'gateway', 4000, 'no overlay has pods of nobody'],
  ])('has an edge too much, from %s to %s at %d', (from, to, port, expected) => {
    const more: Edge = { from, to, ports: [{ protocol: 'TCP', port }], for: 'nothing' };
    expect(says({ ...edges, edges: [...edges.edges, more] })).toContain(expected);
  });
});

describe('regions that do not fit together are found', () => {
  const isDatabase = ({ kind }: KubernetesObject) => kind === 'Cluster';
  const isStore = ({ kind }: KubernetesObject) => kind === 'SecretStore';

  test.each([
    ['another self', isDatabase, 'spec.replica.self', 'us-east-1', 'replica.self: use eu-west-1 instead of us-east-1'],
    ['another primary', isDatabase, 'spec.replica.primary', 'us-west-2', 'use one primary region instead of'],
    ['itself as its source', isDatabase, 'spec.replica.source', 'eu-west-1', 'a database cannot follow itself'],
    ['another copy', isDatabase, 'spec.bootstrap.pg_basebackup', undefined, 'a region that follows starts from and'],
    [
      'a misspelt host',
      isDatabase,
      'spec.externalClusters.0.connectionParameters.host',
      'postgre.us-east-1.infamous-freight.internal',
      'externalClusters: use the host postgres.us-east-1.infamous-freight.internal instead of',
    ],
    [
      'no instance that answers reads',
      isDatabase,
      'spec.managed.services.additional.0.selectorType',
      'ro',
      'postgres-reads: use selectorType r instead of ro',
    ],
    [
      'secrets of another region',
      isStore,
      'spec.provider.aws.region',
      'us-east-1',
      'use the region eu-west-1 instead of us-east-1',
    ],
  ])('%s', (_title, isMeant, path, value, expected) => {
    const changed = overlays.map((overlay) =>
      basename(overlay.folder) === 'eu-west-1'
        ? { ...overlay, objects: withField(isMeant, path, value)(overlay.objects) }
        : overlay,
    );
    expect(checkRegions(changed, edges).map(({ says }) => says)).toContainEqual(expect.stringContaining(expected));
  });

  test('a source that does not exist', () => {
    expect(findingsIn('eu-west-1', withField(isDatabase, 'spec.replica.source', 'us-east-9'))).toContain(
      'Cluster postgres: externalClusters has no us-east-9',
    );
  });

  test('a region without an overlay', () => {
    const fewer = overlays.filter(({ folder }) => basename(folder) !== 'eu-west-1');
    expect(checkRegions(fewer, edges)).toEqual([
      { file: 'k8s/overlays', at: 'eu-west-1', says: 'k8s/edges.yaml has a region without an overlay' },
    ]);
  });
});

describe('the class and the issuer of the edge', () => {
  const isKind = (kind: string) => (object: KubernetesObject) => object.kind === kind;
  test.each([
    ['GatewayClass', 'envoy'],
    ['ClusterIssuer', 'self-signed'],
  ])('a new cluster has no %s %s unless the overlay makes it', (kind, name) => {
    expect(findingsIn('kind', without(isKind(kind)))).toEqual([
      `Gateway edge: no ${kind} ${name} exists: neither the overlay nor the cluster has it`,
    ]);
  });

  test.each([
    ['GatewayClass', 'spec.gatewayClassName'],
    ['ClusterIssuer', 'metadata.annotations.cert-manager~io/cluster-issuer'],
  ])('the cluster of a region has only the %s that k8s/README.md names', (kind, path) => {
    expect(findingsIn('us-east-1', withField(isKind('Gateway'), path, 'mine'))).toEqual([
      `Gateway edge: no ${kind} mine exists: neither the overlay nor the cluster has it`,
    ]);
  });

  test('README names what a cluster must have', () => {
    const readme = readFileSync(join(project, 'k8s/README.md'), 'utf8');
    for (const [kind, name] of Object.entries(givenByCluster)) expect(readme).toContain(`${kind} \`${name}\``);
  });
});

test('an object that is missing from the primary region is found', () => {
  // Alert rules and the class of volumes belong to nobody in particular.
  const isOptional = ({ kind }: KubernetesObject) => kind === 'PrometheusRule' || kind === 'StorageClass';
  const [{ folder, objects } = { folder: '', objects: [] }] = overlays.filter((one) =>
    one.folder.endsWith('us-east-1'),
  );
  const unseen = objects
    .filter((object) => !isOptional(object))
    .filter(
      (object) => checkManifests({ folder, objects: objects.filter((one) => one !== object) }, edges).length === 0,
    )
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(objects.length).toBeGreaterThan(100);
  expect(unseen).toEqual([]);
});
