import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IService, IServiceAccount } from 'kubernetes-models/v1';
import type { DeployedProcess } from './deployed-process.ts';
import { labelsOf, selectorOf } from './labels.ts';

/** Alert rules know the jobs `gateway` and `subgraph`: `component` of the Service becomes the label `job`. */
const component = 'app.kubernetes.io/component';

export function serviceAccountOf(name: string): IServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, labels: labelsOf(name) },
    automountServiceAccountToken: false,
  };
}

export function serviceOf({ name, job, ports }: DeployedProcess): IService {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { ...labelsOf(name), [component]: job } },
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(name),
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  };
}

export function serviceMonitorOf({ name, metricsPort }: DeployedProcess): IServiceMonitor {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name, labels: labelsOf(name) },
    spec: {
      jobLabel: component,
      selector: { matchLabels: selectorOf(name) },
      endpoints: [{ port: metricsPort, path: '/metrics', interval: '15s', scrapeTimeout: '10s' }],
    },
  };
}
