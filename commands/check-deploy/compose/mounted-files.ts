import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeService } from '../../../drills/topology/compose-file.ts';

/** A file of the project that a container finds. */
export interface MountedFile {
  /** Path from the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** Files and folders of the project that a service mounts. */
export const mountedPaths = ({ volumes }: ComposeService): readonly string[] =>
  volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0]?.slice('./'.length) ?? '');

/** The configuration that a service mounts, without comments. Rules and tests of alerts are checked by `npm run check:monitoring`. */
export function mountedFiles(project: string, service: ComposeService): readonly MountedFile[] {
  return mountedPaths(service)
    .flatMap((path) => filesIn(project, path))
    .map((path) => ({ path, text: readFileSync(join(project, path), 'utf8').replaceAll(/^\s*#.*$/gm, '') }));
}

function filesIn(project: string, path: string): readonly string[] {
  if (!existsSync(join(project, path))) return [];
  if (statSync(join(project, path)).isFile()) return [path];
  return globSync(join(path, '**/*.{yml,yaml,cfg,conf}'), { cwd: project, exclude: ['**/rules', '**/tests'] });
}
