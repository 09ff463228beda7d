import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IContainer, IEnvVar, ITopologySpreadConstraint } from 'kubernetes-models/v1';
import type { DeployedProcess } from './deployed-process.ts';
import { labelsOf, selectorOf } from './labels.ts';
import { podOf } from './pod.ts';

/** The autoscaler sets the number of replicas. */
export function deploymentOf(process: DeployedProcess): IDeployment {
  const { name, graceSeconds } = process;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: labelsOf(name) },
    spec: {
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: 300,
      minReadySeconds: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      selector: { matchLabels: selectorOf(name) },
      template: {
        metadata: { labels: labelsOf(name) },
        spec: {
          ...podOf(name, containerOf(process)),
          terminationGracePeriodSeconds: graceSeconds,
          topologySpreadConstraints: [
            spreadOver('topology.kubernetes.io/zone', 'DoNotSchedule', name),
            spreadOver('kubernetes.io/hostname', 'ScheduleAnyway', name),
          ],
        },
      },
    },
  };
}

/** A rollout counts its own pods only, because those of the former version leave. */
function spreadOver(
  topologyKey: string,
  whenUnsatisfiable: ITopologySpreadConstraint['whenUnsatisfiable'],
  name: string,
): ITopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels: selectorOf(name) },
    matchLabelKeys: ['pod-template-hash'],
  };
}

function containerOf(process: DeployedProcess): IContainer & { name: string } {
  const { args, ports, readyPath, resources, preStopSeconds, configMaps, name } = process;
  return {
    name: 'process',
    args: [...args],
    ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
    env: environmentOf(process),
    envFrom: [...configMaps.map((map) => ({ configMapRef: { name: map } })), { secretRef: { name } }],
    startupProbe: { ...probe('/health/live'), periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { ...probe('/health/live'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { ...probe(readyPath), periodSeconds: 5, timeoutSeconds: 4, failureThreshold: 2 },
    // Traffic ends while the process still serves. Then it gets SIGTERM.
    lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
    resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
  };
}

const probe = (path: string) => ({ httpGet: { path, port: 'http' } });

function environmentOf({ environment }: DeployedProcess): IEnvVar[] {
  const own = Object.entries(environment).map(([name, value]) => ({ name, value }));
  return [...own, { name: 'REDIS_URL', valueFrom: { configMapKeyRef: { name: 'redis', key: 'REDIS_URL' } } }];
}
