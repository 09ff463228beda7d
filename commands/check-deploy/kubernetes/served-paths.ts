import type { IContainer } from 'kubernetes-models/v1';
import { type ProductProcess, processOf } from '../product-processes.ts';
import { imageName, isProductImage } from './workloads.ts';

/** Paths of health, which `test:ops` asks of running processes. */
export const healthPaths = {
  gateway: ['/health', '/health/live', '/health/ready'],
  subgraph: ['/health', '/health/live'],
  migrate: [],
} as const satisfies Record<ProductProcess['kind'], readonly string[]>;

/** Says whether a process gets requests. Not `/health/ready`: without the database nothing is ready, and clients would get no response with a code. */
export const readyPath = '/health';

/** What foreign programs serve, all at their only port of HTTP. */
const foreignPaths: Readonly<Record<string, readonly string[]>> = {
  haproxy: ['/health', '/metrics'],
  'oliver006/redis_exporter': ['/health', '/metrics'],
  'quay.io/prometheuscommunity/postgres-exporter': ['/', '/metrics'],
};

/** @returns the paths that a container serves at one of its ports */
export function pathsAt({ image = '', args = [] }: IContainer, port: string | undefined): readonly string[] {
  if (!isProductImage(image)) return port === 'metrics' ? (foreignPaths[imageName(image)] ?? []) : [];
  const kind = processOf(args)?.kind;
  if (!kind || kind === 'migrate') return [];
  if (kind === 'gateway') return port === 'admin' ? ['/metrics'] : healthPaths.gateway;
  return [...healthPaths.subgraph, '/metrics'];
}
