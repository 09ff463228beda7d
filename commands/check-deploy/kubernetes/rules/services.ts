import { basename } from 'node:path';
import { type IServiceMonitor, ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { type IService, Service } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, type Manifests, ofKind } from '../kubernetes-object.ts';
import { trialOverlays } from '../overlays.ts';
import { pathsAt } from '../served-paths.ts';
import { selects, type Workload, workloadsOf } from '../workloads.ts';

type OneService = KubernetesObject & IService;

/** Each Service selects the pods of one workload, which have its ports; each monitor finds metrics; each StatefulSet has its Service. */
export function* checkServices({ folder, objects }: Manifests): Iterable<Fault> {
  for (const object of ofKind(objects, Service))
    for (const says of checkService(object, objects)) yield { object, says };
  for (const object of ofKind(objects, ServiceMonitor))
    for (const says of checkMonitor(object.spec, objects)) yield { object, says };
  yield* checkSets(objects);
  if (!trialOverlays.includes(basename(folder))) yield* checkMonitored(objects);
}

const selectedBy = ({ spec }: OneService, objects: readonly KubernetesObject[]): readonly Workload[] =>
  workloadsOf(objects).filter(({ labels }) => selects(spec?.selector ?? {}, labels));

function* checkService(service: OneService, objects: readonly KubernetesObject[]): Iterable<string> {
  const { type = 'ClusterIP', ports = [] } = service.spec ?? {};
  const found = selectedBy(service, objects);
  if (found.length === 0) yield 'it selects no pod';
  const label = service.metadata.labels?.['app.kubernetes.io/name'];
  if (found.length === 1 && found[0]?.name !== label)
    yield `it selects pods of ${found[0]?.name}, and its label says ${label}`;
  if (found.length > 1) yield `it selects pods of ${found.map(({ name }) => name).join(', ')}`;
  if (type !== 'ClusterIP') yield `only the edge is reached from outside; got the type ${type}`;
  for (const { targetPort, port } of ports)
    if (!containersAt(found, targetPort ?? port).length)
      yield `no container of its pods has the port ${targetPort ?? port}`;
}

const containersAt = (workloads: readonly Workload[], wanted: string | number) =>
  workloads.flatMap(({ pod }) =>
    pod.containers.filter(({ ports = [] }) =>
      ports.some(({ name, containerPort }) => name === wanted || containerPort === wanted),
    ),
  );

type Monitor = IServiceMonitor['spec'];

function* checkMonitor({ selector, endpoints }: Monitor, objects: readonly KubernetesObject[]): Iterable<string> {
  const found = ofKind(objects, Service).filter(({ metadata }) =>
    selects(selector.matchLabels ?? {}, metadata.labels ?? {}),
  );
  for (const { port, path = '/metrics', scheme = 'http' } of endpoints) {
    const named = found.filter(({ spec }) => spec?.ports?.some(({ name }) => name === port));
    if (named.length === 0) yield `it selects no Service with the port ${port}`;
    if (scheme.toLowerCase() !== 'http') yield `no container serves metrics by ${scheme}`;
    for (const service of named) {
      const target = service.spec?.ports?.find(({ name }) => name === port)?.targetPort ?? port ?? '';
      for (const container of containersAt(selectedBy(service, objects), target)) {
        const at = container.ports?.find(({ name, containerPort }) => name === target || containerPort === target);
        if (!pathsAt(container, at?.name).includes(path))
          yield `${service.metadata.name} serves no ${path} at the port ${port}`;
      }
    }
  }
}

/** What serves metrics has a Service that a monitor selects. */
function* checkMonitored(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const monitors = ofKind(objects, ServiceMonitor).map(({ spec }) => spec.selector.matchLabels ?? {});
  const monitored = ofKind(objects, Service)
    .filter(({ metadata }) => monitors.some((selector) => selects(selector, metadata.labels ?? {})))
    .flatMap((service) => selectedBy(service, objects).map(({ name }) => name));
  for (const { name, object, pod } of workloadsOf(objects)) {
    const isServed = pod.containers.some((container) =>
      container.ports?.some((port) => pathsAt(container, port.name).includes('/metrics')),
    );
    if (isServed && !monitored.includes(name)) yield { object, says: 'no ServiceMonitor reads its metrics' };
  }
}

/** A StatefulSet gives its pods names by a Service without an address of its own. */
function* checkSets(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const object of ofKind(objects, StatefulSet)) {
    const service = ofKind(objects, Service).find(({ metadata }) => metadata.name === object.spec?.serviceName);
    if (service?.spec?.clusterIP !== 'None')
      yield { object, says: `no headless Service ${object.spec?.serviceName} exists` };
    else if (!selectedBy(service, objects).some(({ name }) => name === object.metadata.name))
      yield { object, says: `the Service ${service.metadata.name} selects other pods` };
  }
}
