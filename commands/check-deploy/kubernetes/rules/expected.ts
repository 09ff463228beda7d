import { isDeepStrictEqual } from 'node:util';
import { deployedProcesses } from '../../../k8s/deployed-process.ts';
import { migrateJob, migrateName } from '../../../k8s/migrate-job.ts';
import type { Fault, KubernetesObject } from '../kubernetes-object.ts';
import { databasesOf, isPrimary } from '../network/databases.ts';
import { containersOf, isProductImage, type Workload, workloadsOf } from '../workloads.ts';

/** An overlay runs every process of supergraph.yaml, the gateway, and `migrate` where its database writes; and no other program of the product. */
export function* checkExpected(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const workloads = workloadsOf(objects);
  const isFollower = databasesOf(objects).some((database) => !isPrimary(database));
  const expected = [
    ...deployedProcesses().map(({ name, args }) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name, args })),
    ...(isFollower ? [] : [migrate]),
  ];
  for (const { apiVersion, kind, name, args } of expected) {
    const found = workloads.find(({ object }) => object.kind === kind && object.metadata.name === name);
    if (!found) yield { object: { apiVersion, kind, metadata: { name } }, says: 'it is missing' };
    else for (const says of checkProgram(found, args)) yield { object: found.object, says };
  }
  const names = new Set(expected.map(({ name }) => name));
  for (const workload of workloads)
    if (!names.has(workload.name) && containersOf(workload).some(({ image = '' }) => isProductImage(image)))
      yield {
        object: workload.object,
        says: isFollower ? 'it runs in the primary region only' : 'supergraph.yaml has no such process',
      };
}

const migrate = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: migrateName,
  args: migrateJob().spec?.template.spec?.containers[0]?.args ?? [],
};

function* checkProgram({ pod }: Workload, args: readonly string[]): Iterable<string> {
  const [container] = pod.containers.filter(({ image = '' }) => isProductImage(image));
  if (!container) yield 'a container with the image of the product is required';
  else if (container.command || !isDeepStrictEqual(container.args, args))
    yield `args: use [${args.join(', ')}] instead of [${(container.args ?? []).join(', ')}]`;
}
