import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Edges, readEdges } from '../../k8s/edges.ts';
import { writtenFiles } from '../../k8s/written-files.ts';
import { attempt, describeFailure } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import { describeObject, type Manifests } from './kubernetes-object.ts';
import { checkModel } from './models.ts';
import { overlaysOf, renderOverlay } from './render.ts';
import { checkAlerts } from './rules/alerts.ts';
import { checkAvailability } from './rules/availability.ts';
import { checkNetwork } from './rules/network.ts';
import { checkPods } from './rules/pods.ts';
import { checkProcesses } from './rules/processes.ts';
import { checkRestoreTest } from './rules/restore-test.ts';
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

/** Checks the objects of every overlay. */
export function findKubernetesFaults(project: string, overlays: readonly Manifests[]): readonly Finding[] {
  return attempt('k8s/edges.yaml', () => {
    const edges = readEdges(join(project, 'k8s/edges.yaml'));
    return [
      ...attempt('k8s', () => findStaleFiles(project)),
      ...overlays.flatMap((overlay) => attempt(overlay.folder, () => checkManifests(overlay, edges))),
    ];
  });
}

/** Files that `npm run k8s` would write otherwise. */
export function findStaleFiles(project: string): readonly Finding[] {
  return writtenFiles(project)
    .filter(({ path, text }) => !existsSync(join(project, path)) || readFileSync(join(project, path), 'utf8') !== text)
    .map(({ path }) => ({ file: path, at: 'file', says: 'it is stale: run `npm run k8s` and commit it' }));
}

/** Compares all objects with their models, and then with each other. */
export function checkManifests({ folder, objects }: Manifests, edges: Edges): readonly Finding[] {
  const faults = objects.flatMap(checkModel);
  const found =
    faults.length > 0
      ? faults
      : [
          ...checkPods(objects),
          ...checkServices(objects),
          ...checkProcesses(objects),
          ...checkAlerts(objects),
          ...checkAvailability(objects),
          ...checkRestoreTest(objects),
          ...checkNetwork(objects, edges),
        ];
  return found.map(({ object, says }) => ({ file: folder, at: describeObject(object), says }));
}
