import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { productOf, selects, workloadsOf } from '../workloads.ts';

/** Connections of one subgraph process: of its pool and of its queue. */
const connectionsPerSubgraph = 14;

/** Budgets of disruption leave pods that may move, and the database has connections for all pods. */
export function* checkAvailability(objects: readonly KubernetesObject[]): Iterable<Fault> {
  yield* checkBudgets(objects);
  yield* checkConnections(objects);
}

function* checkBudgets(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const workloads = workloadsOf(objects);
  const budgets = ofKind(objects, PodDisruptionBudget);
  const selectorOf = ({ spec }: (typeof budgets)[number]) => spec?.selector?.matchLabels ?? {};
  for (const object of budgets) {
    const found = workloads.filter(({ labels }) => selects(selectorOf(object), labels));
    const { maxUnavailable, minAvailable } = object.spec ?? {};
    const replicas = found.reduce((sum, one) => sum + one.replicas, 0);
    const stay = minAvailable ?? replicas - Number(maxUnavailable);
    if (found.length === 0) yield { object, says: 'it selects no pod' };
    else if (!(Number(stay) >= 1 && Number(stay) < replicas))
      yield { object, says: `of ${replicas} pods at least one must stay and one must be able to move; ${stay} stay` };
  }
  for (const workload of workloads) {
    const runsOn = workload.object.kind !== 'Job';
    // One pod at a time is enough for an exporter.
    if (workload.replicas === 1) continue;
    if (runsOn && !budgets.some((budget) => selects(selectorOf(budget), workload.labels)))
      yield {
        object: workload.object,
        says: 'an upgrade of nodes may stop all its pods at once: add a PodDisruptionBudget.',
      };
    if (runsOn && !workload.pod.topologySpreadConstraints?.length)
      yield { object: workload.object, says: 'its pods may all run on one node: set topologySpreadConstraints.' };
  }
}

/** A rollout starts a quarter of the pods again before the former ones have ended. */
const surge = 1.25;

function* checkConnections(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const scalers = ofKind(objects, HorizontalPodAutoscaler);
  const subgraphs = workloadsOf(objects).filter((one) => productOf(one)?.process.kind === 'subgraph');
  const most = subgraphs.map(({ name, replicas }) => {
    const scaler = scalers.find(({ spec }) => spec?.scaleTargetRef.name === name);
    return scaler?.spec?.maxReplicas ?? replicas;
  });
  const needed = Math.ceil(most.reduce((sum, pods) => sum + Math.ceil(pods * surge), 0) * connectionsPerSubgraph);
  for (const object of ofKind(objects, Cluster)) {
    const given = Number(object.spec.postgresql?.parameters?.['max_connections']);
    if (!(given > needed))
      yield { object, says: `max_connections must be above ${needed} for all subgraphs; it is ${given}` };
  }
}
