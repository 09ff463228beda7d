import { Service } from 'kubernetes-models/v1';
import { type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { selects, type Workload, workloadsOf } from '../workloads.ts';
import { databasesOf } from './databases.ts';

/** The name of a Service, and who serves at its ports. */
export interface Endpoint {
  readonly service: string;
  /** The workload or database whose pods the Service selects. */
  readonly process: string;
  readonly ports: readonly EndpointPort[];
}

export interface EndpointPort {
  readonly name: string | undefined;
  readonly port: number;
  /** Port of the container. */
  readonly target: number;
}

export const databasePort = 5432;

/** Every Service that selects pods, also those that CloudNativePG makes of a Cluster. */
export function endpointsOf(objects: readonly KubernetesObject[]): readonly Endpoint[] {
  const workloads = workloadsOf(objects);
  const own = ofKind(objects, Service).flatMap(({ metadata, spec }) =>
    workloads
      .filter(({ labels }) => selects(spec?.selector ?? {}, labels))
      .map((workload) => ({
        service: metadata.name,
        process: workload.name,
        ports: (spec?.ports ?? []).flatMap(({ name, port, targetPort }) => {
          const target = containerPortOf(workload, targetPort ?? port);
          return target === undefined ? [] : [{ name, port, target }];
        }),
      })),
  );
  return [...own, ...databaseEndpoints(objects)];
}

function containerPortOf({ pod }: Workload, wanted: string | number): number | undefined {
  const ports = pod.containers.flatMap((container) => container.ports ?? []);
  return ports.find(({ name, containerPort }) => name === wanted || containerPort === wanted)?.containerPort;
}

function databaseEndpoints(objects: readonly KubernetesObject[]): readonly Endpoint[] {
  return databasesOf(objects).flatMap(({ name: process, spec }) => {
    const additional = spec.managed?.services?.additional ?? [];
    const names = [
      ...['rw', 'ro', 'r'].map((kind) => `${process}-${kind}`),
      ...additional.flatMap(({ serviceTemplate }) => serviceTemplate.metadata?.name ?? []),
    ];
    const ports = [{ name: 'postgres', port: databasePort, target: databasePort }];
    return names.map((service) => ({ service, process, ports }));
  });
}
