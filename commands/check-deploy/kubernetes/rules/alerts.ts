import { Probe, PrometheusRule, ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { AlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1';
import { Service } from 'kubernetes-models/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { selects } from '../workloads.ts';

/** Finds alerts that are sent to no channel, and alerts about jobs that no monitor scrapes, which would never fire. */
export function* checkAlerts(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const jobs = jobsOf(objects);
  for (const object of ofKind(objects, PrometheusRule)) {
    const rules = object.spec?.groups?.flatMap((group) => group.rules ?? []) ?? [];
    const named = new Set(rules.flatMap(({ expr }) => jobsIn(String(expr))));
    for (const job of named) if (!jobs.has(job)) yield { object, says: `no monitor makes the job ${job}` };
    if (ofKind(objects, AlertmanagerConfig).length === 0)
      yield { object, says: 'its alerts are sent to no channel: add an AlertmanagerConfig.' };
  }
}

/** Jobs that an expression compares with `=` or `=~`. */
const jobsIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\bjob=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|'));

function jobsOf(objects: readonly KubernetesObject[]): ReadonlySet<string | undefined> {
  const services = ofKind(objects, Service);
  const monitored = ofKind(objects, ServiceMonitor).flatMap(({ spec: { jobLabel, selector } }) =>
    services
      .filter(({ metadata }) => selects(selector.matchLabels ?? {}, metadata.labels ?? {}))
      .map(({ metadata }) => (jobLabel ? metadata.labels?.[jobLabel] : metadata.name)),
  );
  return new Set([...monitored, ...ofKind(objects, Probe).map(({ spec }) => spec.jobName)]);
}
