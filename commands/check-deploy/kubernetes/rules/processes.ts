import type { IContainer } from 'kubernetes-models/v1';
import { endingMs } from '../../ending.ts';
import { environmentOf, type Variable } from '../environment.ts';
import type { Fault, KubernetesObject } from '../kubernetes-object.ts';
import { checkStart } from '../start.ts';
import { productOf, type Workload, workloadsOf } from '../workloads.ts';

/** Each process of the product gets its own settings and secrets, serves at its own port, and has time to end. */
export function* checkProcesses(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const workload of workloadsOf(objects)) {
    const product = productOf(workload);
    if (!product) continue;
    const variables = environmentOf(product.container, objects);
    for (const says of [
      ...checkStart(product.process, variables),
      ...checkReplicas(workload, variables),
      ...checkStaff(variables),
      ...checkProxies(variables),
      ...checkPorts(product.container, variables),
      ...checkEnd(workload, variables),
    ])
      yield { object: workload.object, says };
  }
}

/** The process listens where the container says. */
function* checkPorts({ ports = [] }: IContainer, variables: readonly Variable[]): Iterable<string> {
  for (const [setting, port] of Object.entries({ PORT: 'http', ADMIN_PORT: 'admin' })) {
    const wanted = ports.find(({ name }) => name === port)?.containerPort;
    const got = valueIn(variables, setting);
    if (wanted !== undefined && String(wanted) !== got)
      yield `${setting}: use that of the port ${port}, ${wanted}, instead of ${got}`;
  }
}

const valueIn = (variables: readonly Variable[], setting: string): string | undefined =>
  variables.find(({ name }) => name === setting)?.value;

/** A process that knows of others shares its state with them. */
function* checkReplicas({ replicas }: Workload, variables: readonly Variable[]): Iterable<string> {
  const known = Number(valueIn(variables, 'REPLICAS') ?? 1);
  if (replicas > 1 && known <= 1) yield `REPLICAS: use ${replicas}, the number of pods, instead of ${known}`;
}

const isPrivate = (range: string): boolean => /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(range);

/** The public networks of the CDN belong to other customers, too, who could send any client address. The CDN is identified by its key instead. */
function* checkProxies(variables: readonly Variable[]): Iterable<string> {
  const ranges = valueIn(variables, 'TRUSTED_PROXIES')?.split(',') ?? [];
  for (const range of ranges)
    if (!isPrivate(range))
      yield `TRUSTED_PROXIES: use private networks, which are those of the edge, instead of ${range}`;
}

/** Clients come through the CDN and keep their public addresses. */
function* checkStaff(variables: readonly Variable[]): Iterable<string> {
  const networks = valueIn(variables, 'STAFF_NETWORKS')?.split(',') ?? [];
  if (networks.length > 0 && networks.every(isPrivate))
    yield `STAFF_NETWORKS: a public network is required, because nobody comes from ${networks.join(', ')}`;
}

/** The pod lives until its process has ended by itself. */
function* checkEnd(workload: Workload, variables: readonly Variable[]): Iterable<string> {
  const product = productOf(workload);
  if (!product || product.process.kind === 'migrate') return;
  const preStop = (product.container.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1_000;
  if (preStop === 0) yield 'a preStop with sleep is required, so that traffic ends before the process does';
  const neededMs = preStop + endingMs(product.process, (name) => valueIn(variables, name));
  const graceMs = (workload.pod.terminationGracePeriodSeconds ?? 30) * 1_000;
  if (neededMs >= graceMs)
    yield `terminationGracePeriodSeconds must be above ${neededMs / 1_000} s, the time that preStop, drain and closing may take; got ${graceMs / 1_000} s`;
}
