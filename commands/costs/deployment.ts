import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { type KubernetesObject, ofKind } from '../check-deploy/kubernetes/kubernetes-object.ts';
import { parseManifests } from '../check-deploy/kubernetes/parse-manifests.ts';
import { readQuantity } from '../check-deploy/kubernetes/quantity.ts';
import { readPlanDefaults } from '../check-deploy/terraform/find-terraform-faults.ts';
import { type NodeType, type Requested, requestsOf } from '../check-deploy/terraform/sizes.ts';
import { deployedProcesses } from '../k8s/deployed-process.ts';
import { readEdges } from '../k8s/edges.ts';
import { regionsOf } from '../k8s/network-policies.ts';

/** What exists in each region, as the files of k8s and Terraform say. */
export interface Deployment {
  readonly regions: readonly string[];
  readonly primary: string;
  readonly node: NodeType & { readonly type: string };
  readonly zones: number;
  /** What pods of gateway and subgraphs request. They grow with the load. */
  readonly processes: readonly Requested[];
  /** What the others request: database, Redis, exporters. */
  readonly others: readonly Requested[];
  /** Cores of one instance of the database. */
  readonly databaseCores: number;
  readonly volumesGib: number;
}

export async function readDeployment(project: string): Promise<Deployment> {
  const objects = globSync('k8s/base/{processes,redis,database}/*.yaml', { cwd: project })
    .filter((path) => !path.endsWith('kustomization.yaml'))
    .flatMap((path) => parseManifests(readFileSync(join(project, path), 'utf8'), path));
  const requests = requestsOf(objects);
  const names = new Set(deployedProcesses().map(({ name }) => name));
  return {
    regions: regionsOf(readEdges(join(project, 'k8s/edges.yaml'))),
    ...(await readPlanDefaults(project)),
    processes: requests.filter(({ name }) => names.has(name)),
    others: requests.filter(({ name }) => !names.has(name)),
    databaseCores: requests.find(({ name }) => name === 'postgres')?.cpu ?? 0,
    volumesGib: volumesOf(objects),
  };
}

function volumesOf(objects: readonly KubernetesObject[]): number {
  const gib = (size: string | number | undefined) => readQuantity(size ?? 0) / 2 ** 30;
  const databases = ofKind(objects, Cluster).map(
    ({ spec }) => spec.instances * (gib(spec.storage?.size) + gib(spec.walStorage?.size)),
  );
  const sets = ofKind(objects, StatefulSet).map(({ spec }) =>
    (spec?.volumeClaimTemplates ?? []).reduce(
      (sum, claim) => sum + (spec?.replicas ?? 1) * gib(claim.spec?.resources?.requests?.['storage']),
      0,
    ),
  );
  return [...databases, ...sets].reduce((sum, one) => sum + one, 0);
}
