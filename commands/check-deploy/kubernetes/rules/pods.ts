import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { IContainer } from 'kubernetes-models/v1';
import { hasFullVersion } from '../../full-version.ts';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { readQuantity } from '../quantity.ts';
import { containersOf, type Workload, workloadsOf } from '../workloads.ts';

/** Every image has a version, requests are within their limits, and only a pod with rights in the cluster has a token. */
export function* checkPods(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const workload of workloadsOf(objects)) {
    const { object } = workload;
    for (const says of checkToken(workload, objects)) yield { object, says };
    for (const container of containersOf(workload))
      for (const says of [...checkImage(container), ...checkResources(container)])
        yield { object, says: `container ${container.name}: ${says}` };
  }
}

function* checkImage({ image = '' }: IContainer): Iterable<string> {
  if (!hasFullVersion(image)) yield `the name of the image must have a full version; it is ${image}`;
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

/** A pod has the token of its account only if the account has rights in the cluster. */
function* checkToken({ pod }: Workload, objects: readonly KubernetesObject[]): Iterable<string> {
  const hasRights = ofKind(objects, RoleBinding).some(({ subjects = [] }) =>
    subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === pod.serviceAccountName),
  );
  if (pod.automountServiceAccountToken !== hasRights)
    yield `automountServiceAccountToken: ${hasRights} is required, because ${hasRights ? 'a' : 'no'} RoleBinding names ${pod.serviceAccountName}`;
}
