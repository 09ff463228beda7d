import { join } from 'node:path';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { remoteSets } from '../../drills/release/control.ts';
import { topologyTarget } from '../../drills/release/topology-target.ts';
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

/** @throws ConfigurationError for another target */
export async function chooseTarget(options: TargetOptions): Promise<ReleaseTarget> {
  const { target, project, overlay, prometheus, data, app } = options;
  if (target === 'topology') return topologyTarget(remoteSets(data), join(data, 'volumes/proxy-state'), app);
  if (target === 'compose') return openCompose(project, options['env-file']);
  if (target !== 'kubernetes')
    throw new ConfigurationError(`--target: kubernetes, compose or topology is required; got ${target}`);
  const { objects } = await renderOverlay('kubectl', project, overlay);
  return kubernetesTarget(objects, runKubectl, prometheus);
}
