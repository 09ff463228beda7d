import type { IVerticalPodAutoscaler } from '@kubernetes-models/autoscaler/autoscaling.k8s.io/v1';
import type { IHorizontalPodAutoscaler, IMetricSpec } from 'kubernetes-models/autoscaling/v2';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { type DeployedProcess, minReplicas } from './deployed-process.ts';
import { labelsOf, selectorOf } from './labels.ts';

const deployment = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });

/** Doubles within a minute, so that a spike is served within two; gives a quarter back per minute after five calm minutes. */
export function horizontalOf(process: DeployedProcess): IHorizontalPodAutoscaler {
  const { name } = process;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, labels: labelsOf(name) },
    spec: {
      scaleTargetRef: deployment(name),
      minReplicas,
      maxReplicas: 20,
      metrics: [utilization('cpu', 70), utilization('memory', 80), ...subscriptions(process)],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }],
        },
      },
    },
  };
}

function utilization(name: string, averageUtilization: number): IMetricSpec {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}

/** prometheus-adapter serves this metric (k8s/components/monitoring). */
function subscriptions({ subscriptionsPerPod }: DeployedProcess): IMetricSpec[] {
  if (subscriptionsPerPod === undefined) return [];
  return [
    {
      type: 'Pods',
      pods: {
        metric: { name: 'gateway_live_subscriptions' },
        target: { type: 'AverageValue', averageValue: String(subscriptionsPerPod) },
      },
    },
  ];
}

/** Recommends requests and changes nothing: two autoscalers that act on CPU and memory would work against each other. */
export function verticalOf({ name, resources }: DeployedProcess): IVerticalPodAutoscaler {
  return {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name, labels: labelsOf(name) },
    spec: {
      targetRef: deployment(name),
      updatePolicy: { updateMode: 'Off' },
      resourcePolicy: { containerPolicies: [{ containerName: 'process', maxAllowed: { ...resources.limits } }] },
    },
  };
}

export function disruptionBudgetOf({ name }: DeployedProcess): IPodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, labels: labelsOf(name) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(name) } },
  };
}
