import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { CronJob, Job } from 'kubernetes-models/batch/v1';
import type { IContainer, IPodSpec, IPodTemplateSpec } from 'kubernetes-models/v1';
import { productImage } from '../../k8s/labels.ts';
import { type ProductProcess, processOf } from '../product-processes.ts';
import { type KubernetesObject, ofKind } from './kubernetes-object.ts';

export type Labels = Readonly<Record<string, string>>;

/** An object that makes pods. */
export interface Workload {
  readonly object: KubernetesObject;
  readonly name: string;
  /** Labels of its pods. */
  readonly labels: Labels;
  /** Annotations of its pods. */
  readonly annotations: Labels;
  readonly pod: IPodSpec;
  /** The smallest number of pods. A job has one. */
  readonly replicas: number;
}

/** The workloads among objects that fit their models. */
export function workloadsOf(objects: readonly KubernetesObject[]): readonly Workload[] {
  return objects.flatMap((object): Workload[] => {
    const template = templateOf(object);
    if (!template?.spec) return [];
    const { name } = object.metadata;
    const isScalable = Deployment.is(object) || StatefulSet.is(object);
    const replicas = isScalable ? (smallestOf(name, objects) ?? object.spec?.replicas ?? 1) : 1;
    const { labels = {}, annotations = {} } = template.metadata ?? {};
    return [{ object, name, labels, annotations, pod: template.spec, replicas }];
  });
}

function templateOf(object: KubernetesObject): IPodTemplateSpec | undefined {
  if (CronJob.is(object)) return object.spec?.jobTemplate.spec?.template;
  return Deployment.is(object) || StatefulSet.is(object) || Job.is(object) ? object.spec?.template : undefined;
}

function smallestOf(name: string, objects: readonly KubernetesObject[]): number | undefined {
  const scaler = ofKind(objects, HorizontalPodAutoscaler).find(({ spec }) => spec?.scaleTargetRef.name === name);
  return scaler && (scaler.spec?.minReplicas ?? 1);
}

export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** The container that runs a process of the product, and which one. */
export function productOf({ pod }: Workload): { container: IContainer; process: ProductProcess } | undefined {
  const container = pod.containers.find(({ image = '' }) => isProductImage(image));
  const process = container && processOf(container.args ?? []);
  return container && process && { container, process };
}

/** An image without its version. */
export const imageName = (image: string): string => image.split(':')[0] ?? '';

/** True for the image of the product, under its own name or that of the registry (the overlays' `newName`). */
export const isProductImage = (image: string): boolean =>
  imageName(image).endsWith(productImage) || imageName(image).endsWith('/infamous-freight/graph');

export const containersOf = ({ pod }: Workload): readonly IContainer[] => [
  ...pod.containers,
  ...(pod.initContainers ?? []),
];
