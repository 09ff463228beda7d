import type { Edges, Port } from '../../../k8s/edges.ts';
import type { Finding } from '../../finding.ts';
import { describeObject, type Manifests } from '../kubernetes-object.ts';
import { databasesOf } from '../network/databases.ts';
import { needsOf } from '../network/needs.ts';
import { workloadsOf } from '../workloads.ts';

/** k8s/edges.yaml has every edge that the objects of an overlay need, and no edge that none of them needs. */
export function checkEdges(overlays: readonly Manifests[], edges: Edges): readonly Finding[] {
  return [
    ...new Set([...findUnknown(overlays, edges), ...findMissing(overlays, edges), ...findUnused(overlays, edges)]),
  ].map((says) => ({ file: 'k8s/edges.yaml', at: 'edges', says }));
}

function* findUnknown(overlays: readonly Manifests[], { edges, outside }: Edges): Iterable<string> {
  const known = new Set([
    ...Object.keys(outside),
    ...overlays.flatMap(({ objects }) => [...workloadsOf(objects), ...databasesOf(objects)].map(({ name }) => name)),
  ]);
  for (const name of edges.flatMap(({ from, to }) => [from, to]))
    if (!known.has(name)) yield `no overlay has pods of ${name}`;
}

function* findMissing(overlays: readonly Manifests[], edges: Edges): Iterable<string> {
  const allowed = new Set(edges.edges.flatMap(linesOf));
  for (const { objects } of overlays)
    for (const need of needsOf(objects, edges))
      for (const line of linesOf(need))
        if (!allowed.has(line)) yield `an edge ${line} is required (${describeObject(need.object)}, ${need.for})`;
}

function* findUnused(overlays: readonly Manifests[], edges: Edges): Iterable<string> {
  const needed = new Set(overlays.flatMap(({ objects }) => needsOf(objects, edges).flatMap(linesOf)));
  for (const line of edges.edges.flatMap(linesOf)) if (!needed.has(line)) yield `no object needs an edge ${line}`;
}

interface Connection {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly Port[];
}

const linesOf = ({ from, to, ports }: Connection): readonly string[] =>
  ports.map(({ protocol, port }) => `from ${from} to ${to}, port ${port}/${protocol}`);
