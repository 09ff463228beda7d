import type { INetworkPolicy, INetworkPolicyPeer, INetworkPolicyPort } from 'kubernetes-models/networking.k8s.io/v1';
import type { Edge, Edges, Outside } from './edges.ts';
import { labelsOf, selectorOf } from './labels.ts';

const databases: readonly string[] = ['postgres', 'restored-postgres'];

/** Pods of a database have the labels of its operator. */
const podsOf = (name: string) => (databases.includes(name) ? { 'cnpg.io/cluster': name } : selectorOf(name));

/** Refuses every connection that is not an edge. Each process has a policy with its edges in both directions. */
export function networkPoliciesOf({ edges, outside }: Edges): readonly INetworkPolicy[] {
  const local = edges.filter((edge) => layerOf(edge, outside) === 'base');
  return [refuseAll, ...policiesFor(local, outside, '')];
}

/** The private network of each region. */
export const networksOf = ({ outside }: Edges): ReadonlyMap<string, string> =>
  new Map(Object.values(outside).flatMap((one) => (isRegions(one) ? Object.entries(one.regions) : [])));

export const regionsOf = (edges: Edges): readonly string[] => [...networksOf(edges).keys()];

/** The edges between one region and the other ones. */
export function regionPoliciesOf({ edges, outside }: Edges, region: string): readonly INetworkPolicy[] {
  const far = edges.filter((edge) => layerOf(edge, outside) === 'regions');
  const others = Object.entries(outside).map(([name, one]) => [name, isRegions(one) ? without(one, region) : one]);
  return policiesFor(far, Object.fromEntries(others), '-regions').map(inNamespace);
}

/** The components of overlays that have edges of their own. */
export const componentsOf = ({ outside }: Edges): readonly string[] =>
  Object.values(outside).flatMap((one) => componentOf(one) ?? []);

/** The edges to what a component adds outside of the cluster. */
export function componentPoliciesOf({ edges, outside }: Edges, component: string): readonly INetworkPolicy[] {
  const own = edges.filter((edge) => layerOf(edge, outside) === component);
  return policiesFor(own, outside, `-${component}`).map(inNamespace);
}

const componentOf = (one: Outside | undefined): string | undefined =>
  one && 'component' in one ? one.component : undefined;

/** The part of k8s with the policy of an edge: every overlay has the base, some have other regions or a component. */
function layerOf({ from, to }: Edge, outside: Edges['outside']): string {
  const ends = [outside[from], outside[to]];
  if (ends.some(isRegions)) return 'regions';
  return ends.map(componentOf).find((component) => component !== undefined) ?? 'base';
}

/** Overlays have no namespace of their own: monitoring has another one. */
const inNamespace = (policy: INetworkPolicy): INetworkPolicy => ({
  ...policy,
  metadata: { ...policy.metadata, namespace: 'freight' },
});

type Regions = Extract<Outside, { regions: unknown }>;
const isRegions = (one: Outside | undefined): one is Regions => one !== undefined && 'regions' in one;

const without = ({ regions }: Regions, region: string): Regions => ({
  regions: Object.fromEntries(Object.entries(regions).filter(([name]) => name !== region)),
});

const refuseAll: INetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'refuse-all', labels: { 'app.kubernetes.io/part-of': 'freight' } },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

function policiesFor(edges: readonly Edge[], outside: Edges['outside'], suffix: string): readonly INetworkPolicy[] {
  const names = new Set(edges.flatMap(({ from, to }) => [from, to]).filter((name) => !outside[name]));
  return [...names].map((name) => policyOf(name, edges, outside, suffix));
}

function policyOf(name: string, edges: readonly Edge[], outside: Edges['outside'], suffix: string): INetworkPolicy {
  const incoming = edges.filter(({ to }) => to === name);
  const outgoing = edges.filter(({ from }) => from === name);
  const peers = (names: readonly string[]) => names.flatMap((one) => peersOf(one, outside));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${name}${suffix}`, labels: labelsOf(name) },
    spec: {
      podSelector: { matchLabels: podsOf(name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: byPorts(incoming).map(([ports, same]) => ({ from: peers(same.map(({ from }) => from)), ports })),
      egress: byPorts(outgoing).map(([ports, same]) => ({ to: peers(same.map(({ to }) => to)), ports })),
    },
  };
}

/** Edges with the same ports become one rule. */
function byPorts(edges: readonly Edge[]): readonly [INetworkPolicyPort[], readonly Edge[]][] {
  const groups = Map.groupBy(edges, ({ ports }) => JSON.stringify(ports));
  return [...groups.values()].map((same) => [(same[0]?.ports ?? []).map((port) => ({ ...port })), same]);
}

function peersOf(name: string, outside: Edges['outside']): readonly INetworkPolicyPeer[] {
  const found = outside[name];
  if (!found) return [{ podSelector: { matchLabels: podsOf(name) } }];
  if (isRegions(found)) return Object.values(found.regions).map((cidr) => ({ ipBlock: { cidr } }));
  if ('addresses' in found)
    return [{ ipBlock: { cidr: found.addresses, ...(found.except.length > 0 && { except: found.except }) } }];
  return [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': found.namespace } },
      ...(Object.keys(found.pods).length > 0 && { podSelector: { matchLabels: found.pods } }),
    },
  ];
}
