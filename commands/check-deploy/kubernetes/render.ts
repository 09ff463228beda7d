import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifests } from './kubernetes-object.ts';
import { parseManifests } from './parse-manifests.ts';

const run = promisify(execFile);

/** Folders with a kustomization that is applied to a cluster. */
export const overlaysOf = (project: string): readonly string[] =>
  globSync('k8s/overlays/*/kustomization.yaml', { cwd: project }).map(dirname).toSorted();

/** Renders an overlay as `kubectl apply -k` does. @throws Error with the message of kubectl */
export async function renderOverlay(kubectl: string, project: string, folder: string): Promise<Manifests> {
  const { stdout } = await run(kubectl, ['kustomize', join(project, folder)], { maxBuffer: 64 * 1024 * 1024 });
  return { folder, objects: parseManifests(stdout, folder) };
}
