import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readDockerfile, type Stage } from '../../../drills/topology/dockerfile.ts';
import { portsOf } from '../../../gateway/config.ts';
import { readGatewayConfig } from '../../../gateway/read-config.ts';
import type { Finding } from '../finding.ts';
import { hasFullVersion } from '../full-version.ts';
import { findAbsent } from './contents.ts';

/** Checks that the image holds what its programs need and nothing secret, runs Node itself without root, and says how it is. */
export function checkDockerfile(project: string): readonly Finding[] {
  const stages = readDockerfile(project);
  const image = stages.at(-1);
  const faults = [
    ...checkBases(stages),
    ...stages.flatMap((stage) => [...checkCopies(project, stage, stages), ...checkPackages(stage)]),
    ...(image ? [...checkLast(image, project), ...checkPrograms(project, image)] : ['a FROM is required']),
    ...findAbsent(project, stages),
    ...checkIgnored(project),
  ];
  return faults.map((says) => ({ file: 'Dockerfile', at: 'image', says }));
}

/** Checks the image of another program, in a folder of its own. */
export function checkOtherImage(project: string, folder: string): readonly Finding[] {
  const stages = readDockerfile(join(project, folder));
  const faults = [...checkBases(stages), ...stages.flatMap((stage) => [...checkSystemPackages(stage)])];
  return faults.map((says) => ({ file: join(folder, 'Dockerfile'), at: 'image', says }));
}

const checkBases = (stages: readonly Stage[]): readonly string[] =>
  stages
    .filter(({ base }) => !hasFullVersion(base))
    .map(({ base }) => `use a full version of the base image instead of ${base}`);

function* checkCopies(project: string, { steps }: Stage, stages: readonly Stage[]): Iterable<string> {
  for (const step of steps) {
    if (step.kind !== 'copy') continue;
    const from = stages.find(({ name }) => name !== undefined && name === step.from);
    if (step.from !== undefined && !from) yield `COPY --from names "${step.from}", which is no stage`;
    for (const source of step.sources) {
      if (step.from === undefined && !existsSync(join(project, source)))
        yield `COPY names ${source}, which does not exist`;
      if (from && !madeBy(from).includes(source)) yield `COPY --from names ${source}, which ${step.from} does not make`;
    }
  }
}

/** What a stage makes for others: the packages that npm installs in its folder. */
function madeBy({ steps }: Stage): readonly string[] {
  const folder = steps.find(({ kind }) => kind === 'folder');
  const installs = steps.some((step) => step.kind === 'run' && step.script.includes('npm ci'));
  return folder?.kind === 'folder' && installs ? [`${folder.path}/node_modules`] : [];
}

function* checkPackages({ steps }: Stage): Iterable<string> {
  for (const step of steps)
    if (step.kind === 'run' && /\bnpm (ci|install)\b(?!.* --omit=dev)/.test(step.script))
      yield 'npm ci --omit=dev is required: the image needs no packages of developers';
}

function* checkSystemPackages({ steps }: Stage): Iterable<string> {
  for (const step of steps) {
    if (step.kind !== 'run') continue;
    const [, list = ''] = /apt-get install ([^&]*)/.exec(step.script) ?? [];
    for (const name of list.split(/[\s\\']+/))
      if (name !== '' && !name.startsWith('-') && !name.includes('='))
        yield `a version of the package ${name} is required`;
  }
}

const manifest = z.object({ dependencies: z.object({ node: z.string() }) });

function* checkLast({ base, steps, user, environment, labels, ports }: Stage, project: string): Iterable<string> {
  const { node } = manifest.parse(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))).dependencies;
  if (!base.startsWith(`node:${node}-`))
    yield `the base image node:${node} must be that of package.json; it is ${base}`;
  if (steps.some(({ kind }) => kind === 'run'))
    yield 'RUN belongs to an earlier stage: the image has no tools and no caches of npm';
  if (!/^[1-9]\d*:[1-9]\d*$/.test(user ?? ''))
    yield `USER: use numbers of a user and a group other than root instead of ${user ?? 'nothing'}`;
  for (const [name, value] of Object.entries({ NODE_ENV: 'production', HOST: '0.0.0.0', ADMIN_HOST: '0.0.0.0' }))
    if (environment[name] !== value) yield `use ENV ${name}=${value} instead of ${environment[name] ?? 'nothing'}`;
  const { clients, operators } = portsOf(readGatewayConfig([], {}));
  if (ports.join() !== [clients.port, operators.port].join())
    yield `EXPOSE ${clients.port} ${operators.port} must name the ports of a gateway; it has ${ports.join(' ') || 'nothing'}`;
  for (const name of ['title', 'version', 'revision', 'licenses'])
    if (!labels.includes(`org.opencontainers.image.${name}`))
      yield `the label org.opencontainers.image.${name} is required`;
}

function* checkPrograms(project: string, { entrypoint, command, healthcheck }: Stage): Iterable<string> {
  if (entrypoint.join(' ') !== 'node')
    yield `the entry point must be node, which gets signals itself; got ${entrypoint.join(' ')}`;
  if (!healthcheck) yield 'a HEALTHCHECK is required';
  for (const [file] of [command, healthcheck?.slice(1) ?? []])
    if (!file || !existsSync(join(project, file))) yield `the program ${file} does not exist`;
}

/** Secrets, data and history of a developer's folder. */
const outside = ['**/node_modules', '.git', '.data', '.env*'];

function* checkIgnored(project: string): Iterable<string> {
  const lines = readFileSync(join(project, '.dockerignore'), 'utf8').split('\n');
  for (const pattern of outside) if (!lines.includes(pattern)) yield `.dockerignore: ${pattern} is required`;
}
