import type { Edges } from '../../../k8s/edges.ts';
import type { Address } from './addresses.ts';
import type { Endpoint, EndpointPort } from './endpoints.ts';

/** The namespace of the product. */
export const namespace = 'freight';

/** Where an address leads: to ports of a process, out of the cluster, or nowhere. */
export type Resolved =
  | { readonly kind: 'pods'; readonly process: string; readonly ports: readonly EndpointPort[] }
  | { readonly kind: 'outside'; readonly name: string; readonly port: number }
  | { readonly kind: 'public' }
  | { readonly kind: 'unknown' };

/** Resolves an address as the DNS of the cluster and its Services do. */
export function resolve(address: Address, endpoints: readonly Endpoint[], { outside }: Edges): Resolved {
  const [service = '', space = namespace] = address.host
    .replace(/\.svc(\.cluster\.local)?$/, '')
    .split('.')
    .slice(-2);
  if (isSingle(address.host) || space === namespace) {
    const name = isSingle(address.host) ? address.host : service;
    const found = endpoints.find((one) => one.service === name);
    const ports = found?.ports.filter(({ port }) => address.port === undefined || address.port === port) ?? [];
    return found && ports.length > 0 ? { kind: 'pods', process: found.process, ports } : { kind: 'unknown' };
  }
  const inSpace = Object.entries(outside).filter(([, one]) => 'namespace' in one && one.namespace === space);
  if (inSpace.length === 0) return { kind: 'public' };
  const label = 'app.kubernetes.io/name';
  const [name] = inSpace.find(([, one]) => 'pods' in one && one.pods[label] === service) ?? [];
  return name && address.port !== undefined ? { kind: 'outside', name, port: address.port } : { kind: 'unknown' };
}

const isSingle = (host: string): boolean => !host.includes('.');
