import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { type KubernetesObject, ofKind } from '../kubernetes/kubernetes-object.ts';
import { readQuantity } from '../kubernetes/quantity.ts';
import { workloadsOf } from '../kubernetes/workloads.ts';

/** What all pods of a kind request together: cores and GiB, with the smallest and the largest number of pods. */
export interface Requested {
  readonly name: string;
  readonly cpu: number;
  readonly memory: number;
  readonly podsMin: number;
  readonly podsMost: number;
}

export interface NodeType {
  readonly cpu: number;
  readonly memory: number;
  /** What the system takes of a node. */
  readonly system_cpu: number;
  readonly system_memory: number;
}

export interface Nodes {
  readonly min: number;
  readonly most: number;
}

const gibibyte = 2 ** 30;

/** What the pods that run all the time request. A job such as `migrate` ends before it matters. */
export function requestsOf(objects: readonly KubernetesObject[]): readonly Requested[] {
  const scalers = ofKind(objects, HorizontalPodAutoscaler);
  const workloads = workloadsOf(objects)
    .filter(({ object }) => object.kind !== 'Job')
    .map(({ name, pod, replicas }) => {
      const sum = (kind: 'cpu' | 'memory') =>
        pod.containers.reduce((total, { resources }) => total + readQuantity(resources?.requests?.[kind] ?? 0), 0);
      const scaler = scalers.find(({ spec }) => spec?.scaleTargetRef.name === name);
      const podsMost = scaler?.spec?.maxReplicas ?? replicas;
      return { name, cpu: sum('cpu'), memory: sum('memory') / gibibyte, podsMin: replicas, podsMost };
    });
  const databases = ofKind(objects, Cluster).map(({ metadata, spec }) => {
    const { cpu = 0, memory = 0 } = spec.resources?.requests ?? {};
    return {
      name: metadata.name,
      cpu: readQuantity(cpu),
      memory: readQuantity(memory) / gibibyte,
      podsMin: spec.instances,
      podsMost: spec.instances,
    };
  });
  return [...workloads, ...databases];
}

/** Nodes for requests, as infra/terraform/plan/sizes computes them. */
export function nodesFor(requests: readonly Requested[], node: NodeType, zones: number): Nodes {
  const needed = (pods: 'podsMin' | 'podsMost') => {
    const total = (kind: 'cpu' | 'memory') => round(requests.reduce((sum, one) => sum + one[kind] * one[pods], 0));
    const byCpu = total('cpu') / round(node.cpu - node.system_cpu);
    const byMemory = total('memory') / round(node.memory - node.system_memory);
    return Math.max(zones, Math.ceil(byCpu), Math.ceil(byMemory));
  };
  return { min: needed('podsMin'), most: needed('podsMost') };
}

/** Sums of tenths are inexact in binary. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
