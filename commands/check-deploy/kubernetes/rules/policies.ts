import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type INetworkPolicy, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { Edges } from '../../../k8s/edges.ts';
import {
  componentPoliciesOf,
  componentsOf,
  networkPoliciesOf,
  regionPoliciesOf,
  regionsOf,
} from '../../../k8s/network-policies.ts';
import { type Fault, type KubernetesObject, type Manifests, ofKind } from '../kubernetes-object.ts';
import { databasesOf } from '../network/databases.ts';
import { needsOf } from '../network/needs.ts';
import { namespace } from '../network/resolve.ts';
import { selects, workloadsOf } from '../workloads.ts';

/**
 * The NetworkPolicies of an overlay are those that k8s/edges.yaml makes for it: none is missing, none differs, and there is no other. The base has
 * policies of processes that an overlay leaves out; they select nothing.
 */
export function* checkPolicies({ folder, objects }: Manifests, edges: Edges): Iterable<Fault> {
  const policies = ofKind(objects, NetworkPolicy);
  const made = new Map(policiesFor(folder, objects, edges).map((policy) => [policy.metadata?.name, policy]));
  for (const object of policies) {
    const same = made.get(object.metadata.name);
    if (!same) yield { object, says: 'k8s/edges.yaml makes no such policy for this overlay' };
    else if (object.metadata.namespace !== namespace || !isDeepStrictEqual(plain(same.spec), plain(object.spec)))
      yield { object, says: 'it differs from k8s/edges.yaml: run `npm run k8s`' };
  }
  const names = new Set(policies.map(({ metadata }) => metadata.name));
  const processes = processesOf(objects);
  const isNeeded = ({ metadata }: INetworkPolicy) => {
    const process = metadata?.labels?.['app.kubernetes.io/name'];
    return process === undefined || processes.has(process);
  };
  for (const [name = '', policy] of made)
    if (isNeeded(policy) && !names.has(name)) yield { object: named(policy), says: 'it is missing' };
  yield* checkCover(objects, [...made.values()]);
}

/** Each process has pods that a policy of its name selects. */
function* checkCover(objects: readonly KubernetesObject[], made: readonly INetworkPolicy[]): Iterable<Fault> {
  const own = new Map(made.map(({ metadata, spec }) => [metadata?.name, spec?.podSelector]));
  for (const [name, { object, labels }] of processesOf(objects)) {
    const selector = own.get(name)?.matchLabels;
    if (!selector) yield { object, says: `k8s/edges.yaml has no edge of ${name}` };
    else if (!selects(selector, labels)) yield { object, says: `the NetworkPolicy ${name} does not select its pods` };
  }
}

function policiesFor(folder: string, objects: readonly KubernetesObject[], edges: Edges): readonly INetworkPolicy[] {
  const region = regionsOf(edges).find((one) => one === basename(folder));
  const used = new Set(needsOf(objects, edges).map(({ to }) => to));
  const components = componentsOf(edges).filter((component) =>
    Object.entries(edges.outside).some(
      ([name, one]) => used.has(name) && 'component' in one && one.component === component,
    ),
  );
  return [
    ...networkPoliciesOf(edges),
    ...(region ? regionPoliciesOf(edges, region) : []),
    ...components.flatMap((component) => componentPoliciesOf(edges, component)),
  ];
}

interface Process {
  readonly object: KubernetesObject;
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Everything with pods, by its name in k8s/edges.yaml. CloudNativePG labels the pods of a database. */
function processesOf(objects: readonly KubernetesObject[]): ReadonlyMap<string, Process> {
  return new Map<string, Process>([
    ...workloadsOf(objects).map((one) => [one.name, one] as const),
    ...databasesOf(objects).map(({ name, object }) => [name, { object, labels: { 'cnpg.io/cluster': name } }] as const),
  ]);
}

const named = ({ metadata }: INetworkPolicy): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: metadata?.name ?? '' },
});

/** Empty lists and absent ones mean the same in a rendered text. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
