import { join } from 'node:path';
import { errorMessage } from '#shared/errors/error-code.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { remoteSets } from '../../drills/release/control.ts';
import { requireNetworkOfTopology, topologyTarget } from '../../drills/release/topology-target.ts';
import { readVersion } from '../../release/read-version.ts';
import type { ReleaseTarget } from '../../release/target.ts';
import { renderOverlay } from '../check-deploy/kubernetes/render.ts';
import { openCompose } from './compose/open-compose.ts';
import { kubernetesTarget } from './kubernetes/kubernetes-target.ts';
import { runKubectl } from './kubernetes/run-kubectl.ts';

export interface TargetOptions {
  readonly target: string;
  readonly project: string;
  readonly overlay: string;
  readonly prometheus: string;
  /** Variables of docker-compose.yml. */
  readonly 'env-file': string;
  /** Folder of a running topology. */
  readonly data: string;
  /** Folder of the version. */
  readonly app: string;
}

/** @throws ConfigurationError for another target, or if it can't be reached. Nothing has changed then */
export async function chooseTarget(options: TargetOptions): Promise<ReleaseTarget> {
  const { target, project, overlay, prometheus, data, app } = options;
  if (target === 'topology') {
    readVersion('--app', app);
    const sets = remoteSets(data);
    await requireNetworkOfTopology();
    return topologyTarget(sets, join(data, 'volumes/proxy-state'), app);
  }
  if (target === 'compose')
    return required(
      '--target compose needs Docker with the running product',
      openCompose(project, options['env-file']),
    );
  if (target !== 'kubernetes') throw needs('--target', 'kubernetes, compose or topology', target);
  const { objects } = await required(
    '--overlay needs a folder that kubectl renders',
    renderOverlay('kubectl', project, overlay),
  );
  await required(
    '--target kubernetes needs a cluster that kubectl reaches',
    runKubectl(['get', 'deployments', '--output=name']),
  );
  return kubernetesTarget(objects, runKubectl, prometheus);
}

/** @throws ConfigurationError with the last line of what the program says */
async function required<T>(what: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`${what}. ${errorMessage(error).trim().split('\n').at(-1)}`);
  }
}
