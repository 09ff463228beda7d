import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type IVerticalPodAutoscaler,
  VerticalPodAutoscaler,
} from '@kubernetes-models/autoscaler/autoscaling.k8s.io/v1';
import { HorizontalPodAutoscaler, type IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { ConfigMap } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Fault, type KubernetesObject, type Manifests, ofKind } from '../kubernetes-object.ts';
import { smallOverlays, trialOverlays } from '../overlays.ts';
import { productOf, workloadsOf } from '../workloads.ts';

/** What issue 12 asks of every process in production. */
const figures = { minReplicas: 3, maxReplicas: 20, cpu: 70, memory: 80 };

/** Every process has a HorizontalPodAutoscaler with the figures of production. Autoscalers find their workload and their metrics. */
export function* checkAutoscaling({ folder, objects }: Manifests): Iterable<Fault> {
  const isSmall = smallOverlays.includes(basename(folder));
  const scalers = ofKind(objects, HorizontalPodAutoscaler);
  for (const object of scalers)
    for (const says of [
      ...checkTarget(object.spec?.scaleTargetRef, objects),
      ...checkRange(object, isSmall),
      ...checkBehavior(object),
      ...checkMetrics(object, objects),
    ])
      yield { object, says };
  for (const object of ofKind(objects, VerticalPodAutoscaler))
    for (const says of [...checkTarget(object.spec.targetRef, objects), ...checkMode(object)]) yield { object, says };
  yield* checkUnscaled(objects, trialOverlays.includes(basename(folder)));
}

type Target = { readonly kind: string; readonly name: string } | undefined;

function* checkTarget(target: Target, objects: readonly KubernetesObject[]): Iterable<string> {
  const isTarget = ({ kind, metadata }: KubernetesObject) => kind === target?.kind && metadata.name === target.name;
  if (!objects.some(isTarget)) yield `no ${target?.kind} ${target?.name} exists`;
}

function* checkRange({ spec }: IHorizontalPodAutoscaler, isSmall: boolean): Iterable<string> {
  const { minReplicas = 1, maxReplicas = 0 } = spec ?? {};
  if (minReplicas < 2 || minReplicas >= maxReplicas)
    yield `use 2 or more pods, and fewer than maxReplicas, instead of ${minReplicas}`;
  else if (!isSmall && (minReplicas !== figures.minReplicas || maxReplicas !== figures.maxReplicas))
    yield `use ${figures.minReplicas} to ${figures.maxReplicas} pods instead of ${minReplicas} to ${maxReplicas}`;
}

/** Double within 60 s; a quarter less per minute after five calm ones. */
const behavior = {
  scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }] },
  scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }] },
};

function* checkBehavior({ spec }: IHorizontalPodAutoscaler): Iterable<string> {
  const given: unknown = JSON.parse(JSON.stringify(spec?.behavior ?? {}));
  if (!isDeepStrictEqual(given, behavior))
    yield 'behavior: up by 100 % per 60 s at once and down by 25 % per 60 s after 300 s are required';
}

function* checkMetrics({ spec }: IHorizontalPodAutoscaler, objects: readonly KubernetesObject[]): Iterable<string> {
  const metrics = spec?.metrics ?? [];
  for (const name of ['cpu', 'memory'] as const) {
    const given = metrics.find(({ resource }) => resource?.name === name)?.resource?.target.averageUtilization;
    if (given !== figures[name]) yield `use ${figures[name]} % of ${name} instead of ${given ?? 'nothing'}`;
  }
  const served = adapterMetricsOf(objects);
  for (const { pods } of metrics)
    if (pods && !served.includes(pods.metric.name)) yield `no rule of prometheus-adapter serves ${pods.metric.name}`;
}

const adapterRules = z.object({ rules: z.array(z.object({ name: z.object({ as: z.string() }) })) });

function adapterMetricsOf(objects: readonly KubernetesObject[]): readonly string[] {
  const maps = ofKind(objects, ConfigMap).filter(({ metadata }) => metadata.name === 'freight-adapter-rules');
  return maps.flatMap(({ data }) => {
    const { rules } = adapterRules.parse(parse(data?.['config.yaml'] ?? 'rules: []'));
    return rules.map(({ name }) => name.as);
  });
}

/** Two autoscalers that act would work against each other. */
function* checkMode({ spec }: IVerticalPodAutoscaler): Iterable<string> {
  const mode = spec.updatePolicy?.updateMode;
  if (mode !== 'Off') yield `updateMode: use Off instead of ${mode}`;
}

function* checkUnscaled(objects: readonly KubernetesObject[], isTrial: boolean): Iterable<Fault> {
  const scaled = ofKind(objects, HorizontalPodAutoscaler).map(({ spec }) => spec?.scaleTargetRef.name);
  const advised = ofKind(objects, VerticalPodAutoscaler).map(({ spec }) => spec.targetRef.name);
  for (const workload of workloadsOf(objects)) {
    const { object, name } = workload;
    const kind = productOf(workload)?.process.kind;
    if (!kind || kind === 'migrate') continue;
    if (!scaled.includes(name))
      yield { object, says: 'it does not grow with its load: add a HorizontalPodAutoscaler.' };
    if (!isTrial && !advised.includes(name))
      yield { object, says: 'it has no recommendation of CPU and memory: add a VerticalPodAutoscaler.' };
  }
}
