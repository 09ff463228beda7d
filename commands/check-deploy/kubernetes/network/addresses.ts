import { ConfigMap } from 'kubernetes-models/v1';
import { environmentOf } from '../environment.ts';
import { type KubernetesObject, ofKind } from '../kubernetes-object.ts';
import { containersOf, type Workload } from '../workloads.ts';

/** A host, and perhaps a port of it, that a pod is given. */
export interface Address {
  /** The setting or file that names it. */
  readonly origin: string;
  readonly host: string;
  readonly port: number | undefined;
}

/** Every address in the settings of a pod and in the files that it reads. */
export function addressesOf(workload: Workload, objects: readonly KubernetesObject[]): readonly Address[] {
  const settings = containersOf(workload).flatMap((container) => environmentOf(container, objects));
  const files = filesOf(workload, objects);
  return [
    ...settings.flatMap(({ name, value = '' }) => addressIn(value).map((found) => ({ origin: name, ...found }))),
    ...files.flatMap(([name, text]) => addressesIn(text).map((found) => ({ origin: name, ...found }))),
  ];
}

type Found = Omit<Address, 'origin'>;

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443, postgres: 5432, redis: 6379 };

/** A value is an address if it has a scheme, a port, or the name of a Service. */
const form =
  /^(?:(?<scheme>[a-z]+):\/\/)?(?:[^@/\s]*@)?(?<host>[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)(?::(?<port>\d+))?(?:[/?].*)?$/;

function addressIn(value: string): readonly Found[] {
  const { scheme = '', host = '', port } = form.exec(value)?.groups ?? {};
  const isAddress = scheme || port || /\.svc(\.|$)/.test(host);
  if (!host || !isAddress || host === 'localhost') return [];
  return [{ host, port: port ? Number(port) : defaultPorts[scheme] }];
}

/** Full names of Services with a port. */
const addressesIn = (text: string): readonly Found[] =>
  [...text.matchAll(/\b([a-z0-9-]+(?:\.[a-z0-9-]+)*\.svc(?:\.cluster\.local)?):(\d+)/g)].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }));

function filesOf({ pod }: Workload, objects: readonly KubernetesObject[]): readonly (readonly [string, string])[] {
  const mounted = new Set(pod.volumes?.map(({ configMap }) => configMap?.name));
  return ofKind(objects, ConfigMap)
    .filter(({ metadata }) => mounted.has(metadata.name))
    .flatMap(({ data = {} }) => Object.entries(data));
}
