import { basename } from 'node:path';
import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { z } from 'zod';
import type { Edges } from '../../k8s/edges.ts';
import { networksOf, regionsOf } from '../../k8s/network-policies.ts';
import type { Finding } from '../finding.ts';
import { type Manifests, ofKind } from '../kubernetes/kubernetes-object.ts';
import { type NodeType, nodesFor, requestsOf } from './sizes.ts';
import { type PlanOutputs, planFolder } from './terraform.ts';

/** Compares the plan with the overlays of its regions: the regions themselves, their networks, the primary one, buckets, and nodes for the requests. */
export function comparePlan(
  plan: PlanOutputs,
  overlays: readonly Manifests[],
  edges: Edges,
  node: NodeType,
  zones: number,
): readonly Finding[] {
  const regions = Object.keys(plan.regions).toSorted();
  const expected = regionsOf(edges).toSorted();
  const faults = [
    ...(regions.join() === expected.join()
      ? []
      : [`the regions are ${expected.join(', ')}; got ${regions.join(', ')}`]),
    ...overlays
      .filter(({ folder }) => expected.includes(basename(folder)))
      .flatMap((overlay) => [...compareRegion(plan, overlay, node, zones)]),
    ...[...networksOf(edges)]
      .filter(([region, network]) => plan.regions[region] && plan.regions[region].network !== network)
      .map(
        ([region, network]) =>
          `k8s/edges.yaml gives ${region} the network ${network}; got ${plan.regions[region]?.network}`,
      ),
  ];
  return faults.map((says) => ({ file: planFolder, at: 'outputs', says }));
}

const objectStore = z.looseObject({
  kind: z.literal('ObjectStore'),
  spec: z.looseObject({ configuration: z.looseObject({ destinationPath: z.string() }) }),
});

function* compareRegion(plan: PlanOutputs, { folder, objects }: Manifests, node: NodeType, zones: number) {
  const region = basename(folder);
  const planned = plan.regions[region];
  if (!planned) return;
  const [database] = ofKind(objects, Cluster);
  const isPrimary = database?.spec.replica?.primary === region;
  if (planned.primary !== isPrimary) yield `${region} ${isPrimary ? 'is' : 'is not'} the primary region of ${folder}`;
  const store = objects.map((object) => objectStore.safeParse(object).data).find((found) => found !== undefined);
  const bucket = store && new URL(store.spec.configuration.destinationPath).hostname;
  if (bucket !== planned.backups_bucket) yield `${folder} stores backups in ${bucket}; got ${planned.backups_bucket}`;
  const nodes = nodesFor(requestsOf(objects), node, zones);
  if (nodes.min !== plan.nodes.min || nodes.most !== plan.nodes.most)
    yield `the pods of ${folder} need ${nodes.min} to ${nodes.most} nodes; got ${plan.nodes.min} to ${plan.nodes.most}`;
}
