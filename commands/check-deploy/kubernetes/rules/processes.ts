import type { IContainer } from 'kubernetes-models/v1';
import { findSecretFaults, type ProductProcess, settingOf } from '../../product-processes.ts';
import { environmentOf, type Variable } from '../environment.ts';
import type { Fault, KubernetesObject } from '../kubernetes-object.ts';
import { productOf, type Workload, workloadsOf } from '../workloads.ts';

/** Each process of the product gets its own settings and secrets, is asked at its own port and paths, and has time to end. */
export function* checkProcesses(objects: readonly KubernetesObject[]): Iterable<Fault> {
  const workloads = workloadsOf(objects);
  for (const workload of workloads) {
    const product = productOf(workload);
    if (!product) continue;
    const variables = environmentOf(product.container, objects);
    for (const says of [
      ...checkSettings(product.process, variables),
      ...checkSecrets(product.process, variables),
      ...checkPorts(product.container, product.process, variables),
      ...checkEnd(workload, variables),
    ])
      yield { object: workload.object, says };
  }
  yield* checkAddresses(workloads, objects);
}

function* checkSettings(process: ProductProcess, variables: readonly Variable[]): Iterable<string> {
  for (const { name, value, source } of variables) {
    if (source === 'unknown') continue;
    const setting = settingOf(process, name);
    if (!setting) yield `${process.kind} has no setting ${name}`;
    else if (value !== undefined && setting !== 'of Node') {
      const parsed = setting.safeParse(value);
      if (!parsed.success) yield `${name}: ${parsed.error.issues[0]?.message}; got "${value}"`;
    }
  }
}

/** Secrets that operators create by hand are not known here. */
function* checkSecrets(process: ProductProcess, variables: readonly Variable[]): Iterable<string> {
  if (variables.some(({ source }) => source === 'unknown')) return;
  const given = variables.filter(({ source }) => source === 'secret');
  yield* findSecretFaults(process, Object.fromEntries(given.map(({ name }) => [name, 'given'])));
}

/** Paths of health, which `test:ops` asks of running processes. */
export const healthPaths = {
  gateway: ['/health', '/health/live', '/health/ready'],
  subgraph: ['/health', '/health/live'],
  migrate: [],
} as const satisfies Record<ProductProcess['kind'], readonly string[]>;

function* checkPorts(
  { ports = [], ...container }: IContainer,
  { kind: processKind }: ProductProcess,
  variables: readonly Variable[],
): Iterable<string> {
  const served: readonly string[] = healthPaths[processKind];
  const wanted = variables.find(({ name }) => name === 'PORT')?.value;
  const http = ports.find(({ name }) => name === 'http')?.containerPort;
  if (http !== undefined && String(http) !== wanted)
    yield `PORT: that of the port http, ${http}, is required; got ${wanted}`;
  for (const kind of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    const request = container[kind]?.httpGet;
    if (http === undefined) continue;
    if (!request) yield `${kind} is required`;
    else if (!ports.some(({ name, containerPort }) => name === request.port || containerPort === request.port))
      yield `${kind}: the port ${request.port} is none of the container`;
    else if (!served.includes(request.path ?? '')) yield `${kind}: a ${processKind} serves no ${request.path}`;
  }
}

/** Milliseconds that a gateway needs after its window, and a subgraph in all, to close what it has open. */
const closingMs = { gateway: 5_000, subgraph: 9_000, migrate: 0 };

/** The pod lives until its process has ended by itself. */
function* checkEnd(workload: Workload, variables: readonly Variable[]): Iterable<string> {
  const product = productOf(workload);
  if (!product || product.process.kind === 'migrate') return;
  const { kind } = product.process;
  const preStop = (product.container.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1_000;
  if (preStop === 0) yield 'a preStop with sleep is required, so that traffic ends before the process does';
  const settingMs = (name: string) => Number(variables.find((one) => one.name === name)?.value ?? 0);
  const neededMs = preStop + settingMs('DRAIN_DELAY_MS') + settingMs('DRAIN_WINDOW_MS') + closingMs[kind];
  const graceMs = (workload.pod.terminationGracePeriodSeconds ?? 30) * 1_000;
  if (neededMs >= graceMs)
    yield `terminationGracePeriodSeconds must be above ${neededMs / 1_000} s, the time that preStop, drain and closing may take; got ${graceMs / 1_000} s`;
}

/** Gateways call each subgraph at a Service of its name. */
function* checkAddresses(workloads: readonly Workload[], objects: readonly KubernetesObject[]): Iterable<Fault> {
  const services = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  for (const workload of workloads) {
    const product = productOf(workload);
    if (product?.process.kind !== 'gateway') continue;
    const given = environmentOf(product.container, objects).filter(({ name }) => name.startsWith('SUBGRAPH_URL_'));
    for (const { name, value = '' } of given) {
      const { hostname, port } = new URL(value);
      const subgraph = workloads.find((one) => one.name === hostname);
      const offered = subgraph?.pod.containers.flatMap(({ ports = [] }) =>
        ports.map(({ containerPort }) => containerPort),
      );
      if (!services.includes(hostname) || !offered?.includes(Number(port)))
        yield { object: workload.object, says: `${name}: no Service and pod serve ${value}` };
    }
  }
}
