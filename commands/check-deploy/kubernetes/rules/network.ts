import { isDeepStrictEqual } from 'node:util';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Service } from 'kubernetes-models/v1';
import type { Edges } from '../../../k8s/edges.ts';
import { networkPoliciesOf, regionPoliciesOf, regionsOf } from '../../../k8s/network-policies.ts';
import { environmentOf } from '../environment.ts';
import { type Fault, type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { selects, type Workload, workloadsOf } from '../workloads.ts';

/** The policies of an overlay are the edges, they cover every pod, and every address that a process is given is the end of an edge. */
export function* checkNetwork(objects: readonly KubernetesObject[], edges: Edges): Iterable<Fault> {
  yield* checkPolicies(objects, edges);
  for (const workload of workloadsOf(objects)) {
    const says = [...checkPorts(workload, edges), ...checkAddresses(workload, objects, edges)];
    yield* says.map((one) => ({ object: workload.object, says: one }));
  }
}

function* checkPolicies(objects: readonly KubernetesObject[], edges: Edges): Iterable<Fault> {
  const policies = ofKind(objects, NetworkPolicy);
  const written = [
    networkPoliciesOf(edges),
    ...regionsOf(edges).map((region) => regionPoliciesOf(edges, region)),
  ].flat();
  for (const object of policies) {
    const same = written.filter(({ metadata }) => metadata?.name === object.metadata.name);
    if (same.length > 0 && !same.some(({ spec }) => isDeepStrictEqual(plain(spec), plain(object.spec))))
      yield { object, says: 'it differs from k8s/edges.yaml: run `npm run k8s`' };
  }
  const refuses = policies.find(({ spec }) => isDeepStrictEqual(plain(spec?.podSelector), {}));
  for (const { object, name, labels } of workloadsOf(objects)) {
    if (!refuses) yield { object, says: 'a NetworkPolicy that refuses everything else is required (refuse-all)' };
    const isCovered = policies.some(({ spec }) => {
      const selector = spec?.podSelector?.matchLabels;
      return selector !== undefined && selects(selector, labels);
    });
    if (!isCovered) yield { object, says: `k8s/edges.yaml has no edge of ${name}` };
  }
}

/** Empty lists and absent ones mean the same in a rendered text. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** Every edge ends at a port of a container. */
function* checkPorts({ name, pod }: Workload, { edges }: Edges): Iterable<string> {
  const ports = new Set(pod.containers.flatMap((one) => (one.ports ?? []).map(({ containerPort }) => containerPort)));
  const wanted = new Set(edges.filter(({ to }) => to === name).flatMap((edge) => edge.ports.map(({ port }) => port)));
  for (const port of wanted)
    if (!ports.has(port)) yield `k8s/edges.yaml leads to the port ${port}, which no container has`;
}

/** Settings with the address of a Service need an edge to its pods. */
function* checkAddresses(workload: Workload, objects: readonly KubernetesObject[], edges: Edges): Iterable<string> {
  for (const { name, value } of workload.pod.containers.flatMap((one) => environmentOf(one, objects))) {
    const address = value?.includes('://') ? URL.parse(value) : null;
    const service = ofKind(objects, Service).find(({ metadata }) => metadata.name === address?.hostname);
    if (!address || !service) continue;
    const port = Number(address.port);
    const ends = workloadsOf(objects).filter(({ labels }) => selects(service.spec?.selector ?? {}, labels));
    if (!ends.some((end) => hasEdge(edges, workload.name, end.name, port)))
      yield `${name}: k8s/edges.yaml has no edge to ${value}`;
  }
}

const hasEdge = ({ edges }: Edges, from: string, to: string, port: number): boolean =>
  edges.some((edge) => edge.from === from && edge.to === to && edge.ports.some((one) => one.port === port));
