import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readDockerfile, type Stage } from '../../drills/topology/dockerfile.ts';
import type { Finding } from './finding.ts';

/** Checks that the image copies files that exist, runs Node itself without root, and says how it is. */
export function checkDockerfile(project: string): readonly Finding[] {
  const stages = readDockerfile(project);
  const image = stages.at(-1);
  const faults = [
    ...stages.flatMap((stage) => checkCopies(project, stage, stages)),
    ...stages.flatMap(checkBase),
    ...(image ? checkImage(project, image) : ['a FROM is required']),
  ];
  return faults.map((says) => ({ file: 'Dockerfile', at: 'image', says }));
}

function checkCopies(project: string, { steps }: Stage, stages: readonly Stage[]): readonly string[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'copy') return [];
    if (step.from !== undefined)
      return stages.some(({ name }) => name === step.from)
        ? []
        : [`COPY --from names "${step.from}", which is no stage`];
    return step.sources
      .filter((source) => !existsSync(join(project, source)))
      .map((source) => `COPY names ${source}, which does not exist`);
  });
}

function checkBase({ base }: Stage): readonly string[] {
  return /:\d+\.\d+\.\d+/.test(base) ? [] : [`a full version of the base image is required; got ${base}`];
}

function checkImage(project: string, image: Stage): readonly string[] {
  const { user, entrypoint, command, healthcheck, labels } = image;
  const programs = [command, healthcheck?.slice(1) ?? []].map(([file]) => file);
  return [
    ...(!user || user === 'root' || user === '0' ? ['a user other than root is required (USER)'] : []),
    ...(entrypoint.join(' ') === 'node'
      ? []
      : [`the entry point must be node, which gets signals itself; got ${entrypoint.join(' ')}`]),
    ...(healthcheck ? [] : ['a HEALTHCHECK is required']),
    ...programs
      .filter((file) => !file || !existsSync(join(project, file)))
      .map((file) => `the program ${file} does not exist`),
    ...['title', 'version', 'revision', 'licenses']
      .filter((name) => !labels.includes(`org.opencontainers.image.${name}`))
      .map((name) => `the label org.opencontainers.image.${name} is required`),
  ];
}
