import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { readGivenFile } from '#shared/runtime/given-files.ts';
import { readComposeData, readComposeFile } from '../../../drills/topology/compose-file.ts';
import { standingSet } from '../../../drills/topology/next-set.ts';
import type { ReleaseTarget } from '../../../release/target.ts';
import { runProgram } from '../run-program.ts';
import { composeTarget, type Docker } from './compose-target.ts';
import { nextFile } from './next-file.ts';

const docker: Docker = (args, variables = {}) => runProgram('docker', args, { variables });

/** The target on this host. @param envFile variables of docker-compose.yml */
export async function openCompose(project: string, envFile: string): Promise<ReleaseTarget> {
  const composeFile = join(project, 'docker-compose.yml');
  const processes = standingSet(readComposeFile(composeFile, parseEnv(readGivenFile('--env-file', envFile)))).flat();
  const next = join(project, '.data/docker-compose.next.json');
  mkdirSync(dirname(next), { recursive: true });
  writeFileSync(next, JSON.stringify(nextFile(readComposeData(composeFile), processes), null, 2));
  const files = ['--project-directory', project, '--env-file', envFile, '--file', composeFile, '--file', next];
  const inspect = ['volume', 'inspect', '--format', '{{.Mountpoint}}', 'freight_proxy-state'];
  return composeTarget({ docker, files, processes, proxyState: (await docker(inspect)).trim() });
}
