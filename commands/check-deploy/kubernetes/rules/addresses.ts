import type { Edges } from '../../../k8s/edges.ts';
import type { Fault, KubernetesObject } from '../kubernetes-object.ts';
import { addressesOf } from '../network/addresses.ts';
import { endpointsOf } from '../network/endpoints.ts';
import { resolve } from '../network/resolve.ts';
import { workloadsOf } from '../workloads.ts';

/** Every address within the cluster that a pod is given is a Service with this port, and pods behind it. */
export function* checkAddresses(objects: readonly KubernetesObject[], edges: Edges): Iterable<Fault> {
  const endpoints = endpointsOf(objects);
  for (const workload of workloadsOf(objects))
    for (const address of addressesOf(workload, objects)) {
      const { host, port, origin } = address;
      if (resolve(address, endpoints, edges).kind === 'unknown')
        yield { object: workload.object, says: `${origin}: no Service and pod serve ${host}${port ? `:${port}` : ''}` };
    }
}
