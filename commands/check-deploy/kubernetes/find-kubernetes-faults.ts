import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Edges, readEdges } from '../../k8s/edges.ts';
import { writtenFiles } from '../../k8s/written-files.ts';
import { attempt, describeFailure } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import { describeObject, type Fault, type Manifests } from './kubernetes-object.ts';
import { checkModel } from './models.ts';
import { overlaysOf, renderOverlay } from './render.ts';
import { checkAddresses } from './rules/addresses.ts';
import { checkAlerts } from './rules/alerts.ts';
import { checkAutoscaling } from './rules/autoscaling.ts';
import { checkAvailability } from './rules/availability.ts';
import { checkDatabase } from './rules/database.ts';
import { checkEdge } from './rules/edge.ts';
import { checkEdgeGiven } from './rules/edge-given.ts';
import { checkEdgePolicies } from './rules/edge-policies.ts';
import { checkEdges } from './rules/edges.ts';
import { checkExpected } from './rules/expected.ts';
import { checkPodSecurity } from './rules/pod-security.ts';
import { checkPods } from './rules/pods.ts';
import { checkPolicies } from './rules/policies.ts';
import { checkProbes } from './rules/probes.ts';
import { checkProcesses } from './rules/processes.ts';
import { checkRedis } from './rules/redis.ts';
import { checkReferences } from './rules/references.ts';
import { checkRegions } from './rules/regions.ts';
import { checkRestoreTest } from './rules/restore-test.ts';
import { checkSecrets } from './rules/secrets.ts';
import { checkServices } from './rules/services.ts';

/** Renders every overlay. An overlay that kubectl refuses is a finding. */
export async function renderOverlays(
  project: string,
  kubectl: string,
): Promise<{ readonly overlays: readonly Manifests[]; readonly findings: readonly Finding[] }> {
  const overlays: Manifests[] = [];
  const findings: Finding[] = [];
  for (const folder of overlaysOf(project)) {
    try {
      overlays.push(await renderOverlay(kubectl, project, folder));
    } catch (error) {
      findings.push(describeFailure(folder, error));
    }
  }
  return { overlays, findings };
}

/** Checks the objects of every overlay, and what all overlays have together, unless one of them is missing. */
export function findKubernetesFaults(project: string, overlays: readonly Manifests[]): readonly Finding[] {
  return attempt('k8s/edges.yaml', () => {
    const edges = readEdges(join(project, 'k8s/edges.yaml'));
    return [
      ...attempt('k8s', () => findStaleFiles(project)),
      ...overlays.flatMap((overlay) => attempt(overlay.folder, () => checkManifests(overlay, edges))),
      ...(overlays.length === overlaysOf(project).length ? checkTogether(overlays, edges) : []),
    ];
  });
}

function checkTogether(overlays: readonly Manifests[], edges: Edges): readonly Finding[] {
  return [
    ...attempt('k8s/edges.yaml', () => checkEdges(overlays, edges)),
    ...attempt('k8s/overlays', () => checkRegions(overlays, edges)),
  ];
}

/** Files that `npm run k8s` would write otherwise. */
export function findStaleFiles(project: string): readonly Finding[] {
  return writtenFiles(project)
    .filter(({ path, text }) => !existsSync(join(project, path)) || readFileSync(join(project, path), 'utf8') !== text)
    .map(({ path }) => ({ file: path, at: 'file', says: 'it is stale: run `npm run k8s` and commit it' }));
}

/** What holds within one overlay. */
const rules: readonly ((overlay: Manifests, edges: Edges) => Iterable<Fault>)[] = [
  ({ objects }) => checkExpected(objects),
  ({ objects }) => checkPods(objects),
  ({ objects }) => checkPodSecurity(objects),
  ({ objects }) => checkProbes(objects),
  ({ objects }) => checkReferences(objects),
  ({ objects }) => checkSecrets(objects),
  checkServices,
  ({ objects }) => checkProcesses(objects),
  ({ objects }) => checkAlerts(objects),
  ({ objects }) => checkAvailability(objects),
  checkAutoscaling,
  checkDatabase,
  ({ objects }) => checkRestoreTest(objects),
  ({ objects }) => checkRedis(objects),
  ({ objects }) => checkEdge(objects),
  checkEdgeGiven,
  ({ objects }) => checkEdgePolicies(objects),
  ({ objects }, edges) => checkAddresses(objects, edges),
  checkPolicies,
];

/** Compares all objects with their models, and then with each other. */
export function checkManifests(overlay: Manifests, edges: Edges): readonly Finding[] {
  const faults = overlay.objects.flatMap(checkModel);
  const found = faults.length > 0 ? faults : rules.flatMap((rule) => [...rule(overlay, edges)]);
  return found.map(({ object, says }) => ({ file: overlay.folder, at: describeObject(object), says }));
}
