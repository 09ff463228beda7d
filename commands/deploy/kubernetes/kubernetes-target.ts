import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { type GatewayCounters, takeReading } from '../../../release/reading.ts';
import { requireRelease } from '../../../release/require-release.ts';
import type { ReleaseTarget } from '../../../release/target.ts';
import { type KubernetesObject, ofKind } from '../../check-deploy/kubernetes/kubernetes-object.ts';
import { claimCluster } from './kubernetes-claim.ts';
import { nextLabel, nextName, nextObjects, ofVersion, processNames, withVersion } from './next-objects.ts';
import { query, readGateways, waitForGateways } from './prometheus-figures.ts';
import type { Kubectl } from './run-kubectl.ts';
import { sharedRoute } from './shared-route.ts';

const wait = '--timeout=10m';
const selector = Object.entries(nextLabel)
  .map(([name, value]) => `${name}=${value}`)
  .join();

/** Names of the pods of its gateways, as a regular expression. */
const gateways = `${nextName('gateway')}-.+`;

const deployments = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ replicas: z.number().default(1) }),
      status: z.object({ readyReplicas: z.number().default(0) }),
    }),
  ),
});

/**
 * Releases on a cluster, with kubectl and the figures of its Prometheus.
 * @param objects what the overlay of the cluster renders
 */
export function kubernetesTarget(
  objects: readonly KubernetesObject[],
  kubectl: Kubectl,
  prometheus: string,
): ReleaseTarget {
  /** Pods with which each process of the next set began. */
  const begun = new Map<string, number>();
  const apply = (list: readonly object[]) =>
    kubectl(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: list }));
  const read = async (...args: readonly string[]) =>
    deployments.parse(JSON.parse(await kubectl(['get', 'deployments', ...args, '--output=json']))).items;
  const rolledOut = async (names: readonly string[]) => {
    for (const name of names) await kubectl(['rollout', 'status', `deployment/${name}`, wait]);
  };

  /** Each process begins with as many pods as the standing one has. */
  async function withReplicas(all: readonly KubernetesObject[]): Promise<readonly object[]> {
    const standing = await read();
    for (const { metadata, spec } of standing) begun.set(nextName(metadata.name), spec.replicas);
    return all.map((object) =>
      Deployment.is(object)
        ? { ...object, spec: { ...object.spec, replicas: begun.get(object.metadata.name) ?? 1 } }
        : object,
    );
  }

  async function findFault(): Promise<string | undefined> {
    const short = (await read(`--selector=${selector}`)).find(
      ({ metadata, spec, status }) => status.readyReplicas < Math.min(spec.replicas, begun.get(metadata.name) ?? 1),
    );
    if (short) return `A health check fails: ${short.metadata.name} has ${short.status.readyReplicas} ready pods.`;
    const lost = await query(prometheus, 'pg_up == 0');
    return lost.length > 0 ? 'The database is lost.' : undefined;
  }

  async function count(): Promise<GatewayCounters> {
    const fault = await findFault();
    if (fault !== undefined) throw new Error(fault);
    return readGateways(prometheus, gateways);
  }

  return {
    claim: () => claimCluster(kubectl),
    async migrate(version) {
      const [job] = ofKind(objects, Job);
      if (!job)
        throw new ConfigurationError('The overlay has no Job that migrates: release in the primary region first.');
      await kubectl(['delete', 'job', job.metadata.name, '--ignore-not-found']);
      await apply([ofVersion(job, version)]);
      await kubectl(['wait', '--for=condition=complete', `job/${job.metadata.name}`, wait]);
    },
    async start(version) {
      await apply(await withReplicas(nextObjects(objects, version)));
      await rolledOut(processNames().map(nextName));
      await waitForGateways(prometheus, gateways);
    },
    async smoke(version) {
      const running = await query(prometheus, `gateway_build_info{pod=~"${gateways}"}`);
      if (running.length === 0) requireRelease(nextName('gateway'), undefined, version);
      for (const { labels } of running) requireRelease(labels['pod'] ?? '', labels['release'], version);
      for (const name of processNames())
        await kubectl(['exec', `deployment/${nextName(name)}`, '--', 'node', 'commands/healthcheck.ts']);
    },
    async direct(share) {
      const route = ofKind(objects, HTTPRoute).find(({ metadata }) => metadata.name === 'graph');
      if (!route) throw new ConfigurationError('The overlay has no HTTPRoute graph.');
      await apply([sharedRoute(route, share)]);
    },
    observe: () => takeReading(count),
    async promote(version) {
      const names = processNames();
      for (const name of names)
        await kubectl([
          'set',
          'image',
          `deployment/${name}`,
          `process=${withVersion(imageOf(objects, name), version)}`,
        ]);
      await rolledOut(names);
    },
    async stop() {
      // Subgraphs end when the gateways have finished their requests.
      await kubectl(['delete', 'deployment', nextName('gateway'), '--ignore-not-found', '--cascade=foreground']);
      const kinds =
        'deployments,services,horizontalpodautoscalers,poddisruptionbudgets,servicemonitors,networkpolicies';
      await kubectl(['delete', kinds, `--selector=${selector}`, '--ignore-not-found']);
    },
  };
}

function imageOf(objects: readonly KubernetesObject[], name: string): string {
  const found = ofKind(objects, Deployment).find(({ metadata }) => metadata.name === name);
  const [container] = podContainers(found);
  if (!container?.image) throw new ConfigurationError(`The overlay has no Deployment ${name}.`);
  return container.image;
}

const podContainers = (deployment: IDeployment | undefined) => deployment?.spec?.template.spec?.containers ?? [];
