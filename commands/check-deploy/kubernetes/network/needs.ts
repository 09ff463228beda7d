import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { Service } from 'kubernetes-models/v1';
import type { Edges, Port } from '../../../k8s/edges.ts';
import { secretsOf } from '../../product-processes.ts';
import { environmentOf } from '../environment.ts';
import { type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { productOf, selects, type Workload, workloadsOf } from '../workloads.ts';
import { addressesOf } from './addresses.ts';
import { needsOfDatabase } from './database-needs.ts';
import { databasesOf } from './databases.ts';
import { databasePort, type Endpoint, endpointsOf } from './endpoints.ts';
import { apiPorts, httpsPorts, type Need, tcp } from './need.ts';
import { resolve } from './resolve.ts';

/** Every connection that the objects of an overlay need. */
export function needsOf(objects: readonly KubernetesObject[], edges: Edges): readonly Need[] {
  const endpoints = endpointsOf(objects);
  const needs = [
    ...scrapeNeeds(objects, endpoints),
    ...routeNeeds(objects, endpoints),
    ...databasesOf(objects).flatMap(needsOfDatabase),
    ...workloadsOf(objects).flatMap((workload) => [
      ...addressNeeds(workload, objects, edges),
      ...dataNeeds(workload, objects),
      ...rightNeeds(workload, objects),
    ]),
  ];
  return [...needs, ...nameNeeds(needs, edges)];
}

/** Prometheus reads the metrics of what a monitor selects. */
function scrapeNeeds(objects: readonly KubernetesObject[], endpoints: readonly Endpoint[]): readonly Need[] {
  const services = ofKind(objects, Service);
  return ofKind(objects, ServiceMonitor).flatMap((object) => {
    const { selector, endpoints: scrapes } = object.spec;
    const names = services
      .filter(({ metadata }) => selects(selector.matchLabels ?? {}, metadata.labels ?? {}))
      .map(({ metadata }) => metadata.name);
    return endpoints
      .filter(({ service }) => names.includes(service))
      .flatMap(({ process, ports }) =>
        ports
          .filter(({ name }) => scrapes.some(({ port }) => port === name))
          .map(({ target }): Need => ({ object, from: 'monitoring', to: process, ports: tcp(target), for: 'metrics' })),
      );
  });
}

/** The edge leads requests to the backends of its routes. */
function routeNeeds(objects: readonly KubernetesObject[], endpoints: readonly Endpoint[]): readonly Need[] {
  return ofKind(objects, HTTPRoute).flatMap((object) => {
    const backends = object.spec.rules?.flatMap(({ backendRefs = [] }) => backendRefs) ?? [];
    return backends.flatMap((backend) =>
      endpoints
        .filter(({ service }) => service === backend.name)
        .flatMap(({ process, ports }) =>
          ports
            .filter(({ port }) => port === backend.port)
            .map(({ target }): Need => ({ object, from: 'edge', to: process, ports: tcp(target), for: 'requests' })),
        ),
    );
  });
}

/** A pod connects to the addresses that it is given. A host without a port may be asked at all ports but those of metrics. */
function addressNeeds(
  { name: from, ...rest }: Workload,
  objects: readonly KubernetesObject[],
  edges: Edges,
): readonly Need[] {
  const endpoints = endpointsOf(objects);
  return addressesOf({ name: from, ...rest }, objects).flatMap((address): readonly Need[] => {
    const found = resolve(address, endpoints, edges);
    const need = { object: rest.object, from, for: address.origin };
    if (found.kind === 'outside') return [{ ...need, to: found.name, ports: tcp(found.port) }];
    if (found.kind !== 'pods') return [];
    const ports = found.ports.filter(({ name }) => address.port !== undefined || name !== 'metrics');
    return [{ ...need, to: found.process, ports: tcp(...ports.map(({ target }) => target)) }];
  });
}

/** Secrets hide addresses: those of the database, of a managed Redis, and of the mail server. */
function dataNeeds(workload: Workload, objects: readonly KubernetesObject[]): readonly Need[] {
  const product = productOf(workload);
  if (!product) return [];
  const databases = databasesOf(objects);
  const secrets: readonly string[] = secretsOf(product.process).required;
  const need = (to: string, ports: readonly Port[], reason: string): Need => ({
    object: workload.object,
    from: workload.name,
    to,
    ports,
    for: reason,
  });
  const url = secrets.find((name) => name.endsWith('DATABASE_URL'));
  const isManaged = !objects.some(({ kind }) => kind === 'Cluster');
  const hasRegions = databases.some(({ spec }) => spec.replica);
  const hasSecretRedis = environmentOf(product.container, objects).some(
    ({ name, source }) => name === 'REDIS_URL' && source === 'secret',
  );
  return [
    ...(url ? [need(isManaged ? 'managed-postgres' : 'postgres', tcp(databasePort), url)] : []),
    ...(url === 'SUBGRAPH_DATABASE_URL' && hasRegions ? [need('regions', tcp(databasePort), url)] : []),
    ...(hasSecretRedis ? [need('managed-redis', tcp(6379), 'REDIS_URL')] : []),
    ...(secrets.includes('SMTP_URL') ? [need('internet', tcp(465, 587), 'SMTP_URL')] : []),
    // Issue 12 asks for the way of webhooks. They are sent by access, once partners can register them.
    ...(workload.name === 'access' ? [need('internet', httpsPorts, 'webhooks')] : []),
  ];
}

/** A pod with rights in the cluster calls its API. */
function rightNeeds({ object, name, pod }: Workload, objects: readonly KubernetesObject[]): readonly Need[] {
  const hasRights = ofKind(objects, RoleBinding).some(({ subjects = [] }) =>
    subjects.some((subject) => subject.kind === 'ServiceAccount' && subject.name === pod.serviceAccountName),
  );
  return hasRights ? [{ object, from: name, to: 'cluster-api', ports: apiPorts, for: 'its rights' }] : [];
}

/** A pod that connects to anybody asks for names. */
function nameNeeds(needs: readonly Need[], { outside }: Edges): readonly Need[] {
  const inner = needs.filter(({ from }) => !outside[from]);
  const ports = [{ protocol: 'UDP', port: 53 } as const, ...tcp(53)];
  return inner.map(({ object, from }) => ({ object, from, to: 'dns', ports, for: 'names of services' }));
}
