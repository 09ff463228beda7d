import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, ServiceAccount } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { databasesOf } from '../network/databases.ts';
import { namespace } from '../network/resolve.ts';
import { containersOf, type Labels, selects, type Workload, workloadsOf } from '../workloads.ts';

/** What a pod names exists: its account, its files, its settings, its volumes. What selects pods selects those of one workload. */
export function* checkReferences(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const workload of workloadsOf(objects))
    for (const says of [
      ...checkAccount(workload, objects),
      ...checkConfigMaps(workload, objects),
      ...checkVolumes(workload),
      ...checkSelectors(workload, objects),
    ])
      yield { object: workload.object, says };
  yield* checkBindings(objects);
  yield* checkUnread(objects);
  for (const object of ofKind(objects, PodDisruptionBudget))
    for (const says of checkSelected(object.spec?.selector?.matchLabels, undefined, objects)) yield { object, says };
}

/** An account belongs to one workload, or to several that share the first part of their names. */
function* checkAccount({ name, pod }: Workload, objects: readonly KubernetesObject[]): Iterable<string> {
  const account = pod.serviceAccountName ?? 'default';
  if (!ofKind(objects, ServiceAccount).some(({ metadata }) => metadata.name === account))
    yield `no ServiceAccount ${account} exists`;
  if (name !== account && !name.startsWith(`${account}-`)) yield `the ServiceAccount ${account} belongs to another pod`;
}

function* checkConfigMaps(workload: Workload, objects: readonly KubernetesObject[]): Iterable<string> {
  const maps = new Map(ofKind(objects, ConfigMap).map(({ metadata, data = {} }) => [metadata.name, data]));
  for (const { name, key } of configMapsOf(workload)) {
    const found = maps.get(name);
    if (!found) yield `no ConfigMap ${name} exists`;
    else if (key !== undefined && !(key in found)) yield `the ConfigMap ${name} has no key ${key}`;
  }
}

interface MapReference {
  readonly name: string;
  readonly key?: string;
}

function configMapsOf(workload: Workload): readonly MapReference[] {
  const containers = containersOf(workload);
  return [
    ...(workload.pod.volumes ?? []).flatMap(({ configMap }): MapReference[] => {
      const name = configMap?.name;
      if (!name) return [];
      return configMap.items ? configMap.items.map(({ key }) => ({ name, key })) : [{ name }];
    }),
    ...containers.flatMap(({ envFrom = [] }) =>
      envFrom.flatMap(({ configMapRef }) => (configMapRef?.name ? [{ name: configMapRef.name }] : [])),
    ),
    ...containers.flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }): MapReference[] => {
        const reference = valueFrom?.configMapKeyRef;
        return reference ? [{ name: reference.name ?? '', key: reference.key }] : [];
      }),
    ),
  ];
}

/** A ConfigMap of the product that neither a pod nor a database reads has lost its reader. */
function* checkUnread(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const read = new Set([
    ...workloadsOf(objects).flatMap((workload) => configMapsOf(workload).map(({ name }) => name)),
    ...databasesOf(objects).flatMap(({ spec }) =>
      (spec.monitoring?.customQueriesConfigMap ?? []).map(({ name }) => name),
    ),
  ]);
  for (const object of ofKind(objects, ConfigMap))
    if (object.metadata.namespace === namespace && !read.has(object.metadata.name))
      yield { object, says: 'nothing reads it' };
}

function* checkVolumes(workload: Workload): Iterable<string> {
  const { object, pod } = workload;
  const claims = StatefulSet.is(object) ? (object.spec?.volumeClaimTemplates ?? []) : [];
  const volumes = [...(pod.volumes ?? []).map(({ name }) => name), ...claims.map(({ metadata }) => metadata?.name)];
  const mounts = containersOf(workload).flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
  for (const name of new Set(mounts)) if (!volumes.includes(name)) yield `no volume ${name} exists`;
  for (const name of new Set(volumes))
    if (name && !mounts.includes(name)) yield `no container mounts the volume ${name}`;
}

/** What selects the pods of a workload: the workload itself, and its spread over zones and nodes. */
function* checkSelectors(workload: Workload, objects: readonly KubernetesObject[]): Iterable<string> {
  const { object, pod } = workload;
  if (Deployment.is(object) || StatefulSet.is(object))
    yield* checkSelected(object.spec?.selector.matchLabels, workload, objects);
  for (const { labelSelector } of pod.topologySpreadConstraints ?? [])
    yield* checkSelected(labelSelector?.matchLabels, workload, objects);
}

/** @param own the workload that must be selected; without it, any one */
function* checkSelected(
  selector: Labels = {},
  own: Workload | undefined,
  objects: readonly KubernetesObject[],
): Iterable<string> {
  const found = workloadsOf(objects).filter(({ labels }) => selects(selector, labels));
  const text = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
  if (found.length !== 1 || (own && found[0]?.name !== own.name))
    yield `the selector ${text} must select the pods of ${own?.name ?? 'one workload'}; got ${found.map(({ name }) => name).join(', ') || 'none'}`;
}

function* checkBindings(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const object of ofKind(objects, RoleBinding)) {
    const { roleRef, subjects = [] } = object;
    if (!ofKind(objects, Role).some(({ metadata, kind }) => kind === roleRef.kind && metadata.name === roleRef.name))
      yield { object, says: `no ${roleRef.kind} ${roleRef.name} exists` };
    for (const { kind, name } of subjects)
      if (!objects.some((one) => one.kind === kind && one.metadata.name === name))
        yield { object, says: `no ${kind} ${name} exists` };
  }
}
