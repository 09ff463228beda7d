import { isDeepStrictEqual } from 'node:util';
import type { IContainer, IProbe } from 'kubernetes-models/v1';
import type { Fault, KubernetesObject } from '../kubernetes-object.ts';
import { pathsAt, readyPath } from '../served-paths.ts';
import { productOf, type Workload, workloadsOf } from '../workloads.ts';

/** Every container that runs on and on is asked whether it lives and whether it is ready, at a port and path that it serves. */
export function* checkProbes(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const workload of workloadsOf(objects)) {
    if (workload.object.kind !== 'Deployment' && workload.object.kind !== 'StatefulSet') continue;
    for (const container of workload.pod.containers)
      for (const says of [...checkContainer(container), ...checkProduct(container, workload)])
        yield { object: workload.object, says: `container ${container.name}: ${says}` };
  }
}

const kinds = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

function* checkContainer(container: IContainer): Iterable<string> {
  for (const kind of kinds) {
    const probe = container[kind];
    if (!probe && kind !== 'startupProbe') yield `${kind} is required`;
    if (probe) for (const says of checkProbe(probe, container)) yield `${kind}: ${says}`;
  }
}

function* checkProbe({ httpGet, tcpSocket }: IProbe, container: IContainer): Iterable<string> {
  const wanted = httpGet?.port ?? tcpSocket?.port;
  if (wanted === undefined) return;
  const port = container.ports?.find(({ name, containerPort }) => name === wanted || containerPort === wanted);
  if (!port) yield `the port ${wanted} is none of the container`;
  else if (httpGet) {
    if ((httpGet.scheme ?? 'HTTP') !== 'HTTP') yield `the container serves no ${httpGet.scheme}`;
    if (!pathsAt(container, port.name).includes(httpGet.path ?? '/'))
      yield `the container serves no ${httpGet.path} at the port ${port.name}`;
  }
}

/** A process of the product lives while it responds. When it is ready is said in commands/k8s/deployed-process.ts. */
function* checkProduct(container: IContainer, workload: Workload): Iterable<string> {
  const product = productOf(workload);
  if (product?.container !== container || product.process.kind === 'migrate') return;
  const expected = { startupProbe: '/health/live', livenessProbe: '/health/live', readinessProbe: readyPath };
  for (const kind of kinds) {
    const request = { path: expected[kind], port: 'http' };
    if (!isDeepStrictEqual({ ...container[kind]?.httpGet }, request))
      yield `${kind}: ${request.path} at the port ${request.port} is required`;
  }
}
