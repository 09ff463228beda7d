import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { readDockerfile, type Stage, type Step } from './dockerfile.ts';
import { type IsIgnored, readIgnored } from './dockerignore.ts';

/**
 * Does the steps of the Dockerfile in a folder, without Docker: each stage is a folder, and its scripts run there.
 * @param project the folder with the Dockerfile
 * @param target an empty folder
 * @returns the folder with what the image contains
 */
export function buildImage(project: string, target: string): string {
  const ignores = readIgnored(project);
  const folders = new Map<string, string>();
  let folder = target;
  readDockerfile(project).forEach((stage, index) => {
    folder = join(target, stage.name ?? `stage-${index}`);
    for (const step of stage.steps) doStep(step, { project, folder, folders, ignores });
    folders.set(stage.name ?? String(index), folder);
  });
  return join(folder, workFolder(project));
}

interface Place {
  readonly project: string;
  readonly folder: string;
  readonly folders: ReadonlyMap<string, string>;
  readonly ignores: IsIgnored;
}

function doStep(step: Step, place: Place): void {
  const work = join(place.folder, workFolder(place.project));
  if (step.kind === 'folder') mkdirSync(join(place.folder, step.path), { recursive: true });
  else if (step.kind === 'run')
    execFileSync('sh', ['-c', step.script], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  else copy(step, work, place);
}

/** @throws ConfigurationError if a source does not exist or is ignored */
function copy({ from, sources, target }: Extract<Step, { kind: 'copy' }>, work: string, place: Place): void {
  const root = from === undefined ? place.project : place.folders.get(from);
  if (root === undefined) throw new ConfigurationError(`Dockerfile: the stage "${from}" does not exist.`);
  const isIgnored = (path: string) => from === undefined && place.ignores(relative(root, path));
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path) || isIgnored(path)) throw new ConfigurationError(`Dockerfile: COPY cannot find ${source}.`);
    const isInFolder = sources.length > 1 || target.endsWith('/');
    const isContent = statSync(path).isDirectory() || !isInFolder;
    cpSync(path, isContent ? join(work, target) : join(work, target, basename(source)), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (one) => !isIgnored(one),
    });
  }
}

function workFolder(project: string): string {
  const stages: readonly Stage[] = readDockerfile(project);
  const step = stages.at(-1)?.steps.find(({ kind }) => kind === 'folder');
  return step?.kind === 'folder' ? step.path : '/';
}
