import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Service } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { selects, workloadsOf } from '../workloads.ts';

/** Each Service selects pods that have its ports; each route and each monitor finds a Service with its port. */
export function* checkServices(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const workloads = workloadsOf(objects);
  for (const object of ofKind(objects, Service)) {
    const { selector = {}, ports = [] } = object.spec ?? {};
    const found = workloads.filter(({ labels }) => selects(selector, labels));
    if (found.length === 0) yield { object, says: 'it selects no pod' };
    const offered = found.flatMap(({ pod }) => pod.containers.flatMap((container) => container.ports ?? []));
    for (const { targetPort, port } of ports) {
      const wanted = targetPort ?? port;
      if (!offered.some(({ name, containerPort }) => name === wanted || containerPort === wanted))
        yield { object, says: `no container of its pods has the port ${wanted}` };
    }
  }
  yield* checkRoutes(objects);
  yield* checkMonitors(objects);
}

function* checkRoutes(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const services = ofKind(objects, Service);
  for (const object of ofKind(objects, HTTPRoute))
    for (const { name, port } of object.spec.rules?.flatMap(({ backendRefs = [] }) => backendRefs) ?? []) {
      const service = services.find(({ metadata }) => metadata?.name === name);
      if (!service?.spec?.ports?.some((one) => one.port === port))
        yield { object, says: `no Service ${name} with the port ${port} exists` };
    }
}

function* checkMonitors(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const services = ofKind(objects, Service);
  for (const object of ofKind(objects, ServiceMonitor)) {
    const { selector, endpoints } = object.spec;
    const found = services.filter(({ metadata }) => selects(selector.matchLabels ?? {}, metadata?.labels ?? {}));
    for (const { port } of endpoints)
      if (!found.some(({ spec }) => spec?.ports?.some(({ name }) => name === port)))
        yield { object, says: `it selects no Service with the port ${port}` };
  }
}
