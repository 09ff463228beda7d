import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { IContainer } from 'kubernetes-models/v1';
import { ConfigMap, Secret, ServiceAccount } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { readQuantity } from '../quantity.ts';
import { containersOf, type Workload, workloadsOf } from '../workloads.ts';

/** Every pod follows the standard `restricted`, has a version, requests within its limits, and names objects that exist. */
export function* checkPods(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const workload of workloadsOf(objects)) {
    const { object } = workload;
    for (const says of [...checkSecurity(workload), ...checkToken(workload, objects)]) yield { object, says };
    for (const says of checkReferences(workload, objects)) yield { object, says };
    for (const container of containersOf(workload))
      for (const says of [...checkImage(container), ...checkResources(container), ...checkRights(container)])
        yield { object, says: `container ${container.name}: ${says}` };
  }
}

function* checkImage({ image = '' }: IContainer): Iterable<string> {
  const version = image.split('/').at(-1)?.split(':')[1] ?? '';
  if (!/\d+\.\d+/.test(version)) yield `a version is required in the name of the image; got ${image}`;
}

function* checkResources({ resources }: IContainer): Iterable<string> {
  for (const kind of ['cpu', 'memory'] as const) {
    const request = resources?.requests?.[kind];
    const limit = resources?.limits?.[kind];
    if (request === undefined || limit === undefined) yield `a request and a limit of ${kind} are required`;
    else if (readQuantity(request) > readQuantity(limit))
      yield `the request of ${kind}, ${request}, is above the limit, ${limit}`;
  }
}

function* checkRights({ securityContext: given }: IContainer): Iterable<string> {
  if (given?.allowPrivilegeEscalation !== false) yield 'allowPrivilegeEscalation: false is required';
  if (!given?.readOnlyRootFilesystem) yield 'readOnlyRootFilesystem: true is required';
  if (!given?.capabilities?.drop?.includes('ALL')) yield 'capabilities.drop: [ALL] is required';
  if (given?.privileged) yield 'it must not be privileged';
}

function* checkSecurity({ pod }: Workload): Iterable<string> {
  const { securityContext: given } = pod;
  if (!given?.runAsNonRoot || !given.runAsUser) yield 'runAsNonRoot and a runAsUser other than 0 are required';
  if (given?.seccompProfile?.type !== 'RuntimeDefault') yield 'seccompProfile RuntimeDefault is required';
  if (pod.hostNetwork || pod.hostPID || pod.hostIPC) yield 'it must not use namespaces of the host';
}

/** A pod has the token of its account only if the account has rights in the cluster. */
function* checkToken({ pod }: Workload, objects: readonly KubernetesObject[]): Iterable<string> {
  const hasRights = ofKind(objects, RoleBinding).some(({ subjects = [] }) =>
    subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === pod.serviceAccountName),
  );
  if (pod.automountServiceAccountToken !== hasRights)
    yield `automountServiceAccountToken: ${hasRights} is required, because ${hasRights ? 'a' : 'no'} RoleBinding names ${pod.serviceAccountName}`;
}

function* checkReferences({ pod }: Workload, objects: readonly KubernetesObject[]): Iterable<string> {
  const has = (kind: { kind: string }, name: string | undefined) =>
    objects.some((one) => one.kind === kind.kind && one.metadata.name === name);
  if (!has(ServiceAccount, pod.serviceAccountName)) yield `no ServiceAccount ${pod.serviceAccountName} exists`;
  for (const name of namesIn(pod, 'configMap')) if (!has(ConfigMap, name)) yield `no ConfigMap ${name} exists`;
  // Without a store, operators create the Secrets.
  if (objects.every(({ kind }) => kind !== 'SecretStore')) return;
  const made = ofKind(objects, ExternalSecret).map(({ spec }) => spec?.target?.name);
  for (const name of namesIn(pod, 'secret'))
    if (!has(Secret, name) && !made.includes(name)) yield `no Secret ${name} exists`;
}

/** Names of the ConfigMaps or Secrets that a pod reads. */
function namesIn({ containers, volumes = [] }: Workload['pod'], kind: 'configMap' | 'secret'): ReadonlySet<string> {
  const names = [
    ...volumes.map(({ configMap, secret }) => (kind === 'configMap' ? configMap?.name : secret?.secretName)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map((from) => from[`${kind}Ref`]?.name)),
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.[`${kind}KeyRef`]?.name)),
  ];
  return new Set(names.filter((name) => name !== undefined));
}
