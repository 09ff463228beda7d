import { expect, test } from '@jest/globals';
import { Lease as LeaseModel } from 'kubernetes-models/coordination.k8s.io/v1';
import { z } from 'zod';
import { claimCluster } from '../deploy/kubernetes/kubernetes-claim.ts';
import type { Kubectl } from '../deploy/kubernetes/run-kubectl.ts';

const metadata = z.looseObject({
  annotations: z.record(z.string(), z.string().nullable()).default({}),
  resourceVersion: z.string().optional(),
});
const spec = z.looseObject({ holderIdentity: z.string().nullable(), renewTime: z.string() });
const lease = z.looseObject({ metadata, spec });
const patchOf = z.looseObject({ metadata: metadata.partial().default({}), spec: spec.partial().default({}) });
type Lease = z.infer<typeof lease>;

/** A cluster that keeps a Lease as the API server does: a change of another version than its own is a conflict. */
function clusterWithLease() {
  let kept: Lease | undefined;
  let version = 0;
  const keep = (next: Lease) => {
    version += 1;
    kept = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
    return '';
  };
  const kubectl: Kubectl = async (args, input = '') => {
    const [verb] = args;
    if (verb === 'get') return kept ? JSON.stringify(kept) : '';
    if (verb === 'delete') {
      kept = undefined;
      return '';
    }
    if (verb === 'patch' && kept) {
      const change = patchOf.parse(JSON.parse(args.find((one) => one.startsWith('--patch='))?.slice(8) ?? ''));
      const annotations = Object.entries({ ...kept.metadata.annotations, ...change.metadata.annotations });
      return keep({
        ...kept,
        spec: { ...kept.spec, ...change.spec },
        metadata: {
          ...kept.metadata,
          annotations: Object.fromEntries(annotations.filter(([, value]) => value !== null)),
        },
      });
    }
    const given = lease.parse(JSON.parse(input));
    new LeaseModel(JSON.parse(input)).validate();
    if (verb === 'create' && kept)
      throw new Error('Error from server (AlreadyExists): leases "release" already exists');
    if (verb === 'replace' && given.metadata.resourceVersion !== kept?.metadata.resourceVersion)
      throw new Error('Error from server (Conflict): the object has been modified');
    return keep(given);
  };
  return {
    kubectl,
    get kept() {
      return kept;
    },
    /** Time passes in which nobody renews the Lease. */
    outlive: () => void (kept && keep({ ...kept, spec: { ...kept.spec, renewTime: '2020-01-01T00:00:00.000000Z' } })),
  };
}

test('a cluster has one release at a time, and a Lease says who runs it', async () => {
  const cluster = clusterWithLease();
  {
    await using _first = await claimCluster(cluster.kubectl);
    await expect(claimCluster(cluster.kubectl)).rejects.toThrow(
      /^Another release runs \(.+, process \d+; a killed one counts for 60 s\)/,
    );
  }
  expect(cluster.kept).toBeUndefined();
});

test('of two releases that begin at the same moment one is refused', async () => {
  const cluster = clusterWithLease();
  const both = await Promise.allSettled([claimCluster(cluster.kubectl), claimCluster(cluster.kubectl)]);
  const refused = both.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  expect(refused).toEqual([expect.stringContaining('Another release runs (it has just begun)')]);
  for (const one of both) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
});

test('the Lease of a release that was killed ends, and the next release reads how far it had come', async () => {
  const cluster = clusterWithLease();
  await using killed = await claimCluster(cluster.kubectl);
  await killed.note({ version: '1.2.0', phase: 'promoting' });
  cluster.outlive();
  const both = await Promise.allSettled([claimCluster(cluster.kubectl), claimCluster(cluster.kubectl)]);
  const [claim, ...more] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(more).toEqual([]);
  expect(claim?.left).toEqual({ version: '1.2.0', phase: 'promoting' });
  await claim?.[Symbol.asyncDispose]();
  // What is left to do stays known, without a holder.
  expect(cluster.kept?.spec.holderIdentity).toBeNull();
  expect(cluster.kept?.metadata.annotations).toMatchObject({ 'freight.release/phase': 'promoting' });
});
