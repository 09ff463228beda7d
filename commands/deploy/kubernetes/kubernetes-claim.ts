import { hostname, userInfo } from 'node:os';
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1';
import { z } from 'zod';
import { type Claim, type Progress, refuseSecondRelease } from '../../../release/claim.ts';
import type { Kubectl } from './run-kubectl.ts';

const name = 'release';
const renewMs = 15_000;
/** A release that has not renewed its claim for so long was killed. */
const leaseSeconds = 60;

/** The annotations of the claim. A merge patch removes those that are null. */
const annotationsOf = (progress: Progress | undefined) => ({
  'freight.release/version': progress?.version ?? null,
  'freight.release/phase': progress?.phase ?? null,
});

const annotated = z
  .object({ 'freight.release/version': z.string(), 'freight.release/phase': z.enum(['shifting', 'promoting']) })
  .transform(
    (given): Progress => ({ version: given['freight.release/version'], phase: given['freight.release/phase'] }),
  );

const found = z.object({
  metadata: z.object({ resourceVersion: z.string(), annotations: annotated.optional().catch(undefined) }),
  spec: z.object({ holderIdentity: z.string().default(''), renewTime: z.coerce.date().optional() }),
});

/** Claims the cluster by a Lease, which also says how far the release has come. */
export async function claimCluster(kubectl: Kubectl): Promise<Claim> {
  const holder = `${userInfo().username}@${hostname()}, process ${process.pid}`;
  const left = await take(kubectl, holder);
  const patch = (change: object) =>
    kubectl(['patch', 'lease', name, '--type=merge', `--patch=${JSON.stringify(change)}`]);
  // A renewal that fails is tried again before the lease ends.
  const timer = setInterval(() => void patch({ spec: { renewTime: now() } }).catch(() => undefined), renewMs);
  timer.unref();
  let noted = left;
  return {
    left,
    async note(progress) {
      await patch({ metadata: { annotations: annotationsOf(progress) }, spec: { renewTime: now() } });
      noted = progress;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      if (noted === undefined) await kubectl(['delete', 'lease', name, '--ignore-not-found']);
      else await patch({ spec: { holderIdentity: null } });
    },
  };
}

/** @returns what the last release has left */
async function take(kubectl: Kubectl, holder: string): Promise<Progress | undefined> {
  const lease: ILease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec: { holderIdentity: holder, leaseDurationSeconds: leaseSeconds, renewTime: now() },
  };
  const text = await kubectl(['get', 'lease', name, '--ignore-not-found', '--output=json']);
  const write = (verb: 'create' | 'replace', object: ILease) =>
    kubectl([verb, '--filename=-'], JSON.stringify(object)).catch((error: unknown) => {
      // Another release was faster.
      if (/AlreadyExists|Conflict/.test(String(error))) refuseSecondRelease('it has just begun');
      throw error;
    });
  if (text.trim() === '') {
    await write('create', lease);
    return undefined;
  }
  const { metadata, spec } = found.parse(JSON.parse(text));
  const isHeld = spec.holderIdentity !== '' && Date.now() - (spec.renewTime?.getTime() ?? 0) < leaseSeconds * 1_000;
  if (isHeld) refuseSecondRelease(`${spec.holderIdentity}; a killed one counts for ${leaseSeconds} s`);
  const { resourceVersion, annotations: left } = metadata;
  const annotations = left && { 'freight.release/version': left.version, 'freight.release/phase': left.phase };
  await write('replace', { ...lease, metadata: { name, resourceVersion, ...(annotations && { annotations }) } });
  return left;
}

/** The time as a Lease has it, with microseconds. */
const now = (): string => new Date().toISOString().replace('Z', '000Z');
