import type { IContainer } from 'kubernetes-models/v1';
import { findSecretFaults, type ProductProcess, settingOf } from '../../product-processes.ts';
import { environmentOf, type Variable } from '../environment.ts';
import type { Fault, KubernetesObject } from '../kubernetes-object.ts';
import { productOf, type Workload, workloadsOf } from '../workloads.ts';

/** Each process of the product gets its own settings and secrets, serves at its own port, and has time to end. */
export function* checkProcesses(objects: readonly KubernetesObject[]): Iterable<Fault> {
  for (const workload of workloadsOf(objects)) {
    const product = productOf(workload);
    if (!product) continue;
    const variables = environmentOf(product.container, objects);
    for (const says of [
      ...checkSettings(product.process, variables),
      ...checkSecrets(product.process, variables),
      ...checkPorts(product.container, variables),
      ...checkEnd(workload, variables),
    ])
      yield { object: workload.object, says };
  }
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

function* checkPorts({ ports = [] }: IContainer, variables: readonly Variable[]): Iterable<string> {
  const wanted = variables.find(({ name }) => name === 'PORT')?.value;
  const http = ports.find(({ name }) => name === 'http')?.containerPort;
  if (http !== undefined && String(http) !== wanted)
    yield `PORT: that of the port http, ${http}, is required; got ${wanted}`;
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
