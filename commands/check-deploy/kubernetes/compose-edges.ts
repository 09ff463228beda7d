import { type ComposeFile, isProduct } from '../../../drills/topology/compose-file.ts';
import type { Edges } from '../../k8s/edges.ts';
import type { Finding } from '../finding.ts';

/** Names in docker-compose.yml of what has another name, or several pods, in Kubernetes. */
const composeNames: Readonly<Record<string, readonly string[]>> = {
  gateway: ['gateway-1', 'gateway-2'],
  edge: ['proxy'],
  'redis-proxy': ['redis'],
  monitoring: ['prometheus'],
  internet: ['mailbox'],
  postgres: ['postgres', 'postgres-standby'],
};

interface Pair {
  readonly from: string;
  readonly to: string;
}

/**
 * Compares the edges of the product's processes with the networks and addresses of docker-compose.yml: what may connect here needs a network
 * there, and each address that a process is given there needs an edge here.
 */
export function checkComposeEdges({ edges }: Edges, file: ComposeFile): readonly Finding[] {
  const pairs = edges.flatMap((edge) => pairsOf(edge, file));
  const faults = new Set([...listApart(pairs, file), ...listMissing(pairs, file)]);
  return [...faults].map((says) => ({ file: 'k8s/edges.yaml', at: 'edges', says }));
}

/** The services at both ends of an edge, where both exist in docker-compose.yml and one is a process of the product. */
function pairsOf(edge: Pair, { services }: ComposeFile): readonly Pair[] {
  const isOurs = (name: string) => services[name] !== undefined && isProduct(services[name]);
  const existing = (name: string) => (composeNames[name] ?? [name]).filter((one) => services[one]);
  return existing(edge.from)
    .flatMap((from) => existing(edge.to).map((to) => ({ from, to })))
    .filter(({ from, to }) => isOurs(from) || isOurs(to));
}

function listApart(pairs: readonly Pair[], { services }: ComposeFile): readonly string[] {
  return pairs
    .filter(({ from, to }) => !services[from]?.networks.some((network) => services[to]?.networks.includes(network)))
    .map(({ from, to }) => `docker-compose.yml has no network of both ${from} and ${to}`);
}

function listMissing(pairs: readonly Pair[], { services }: ComposeFile): readonly string[] {
  return Object.entries(services)
    .filter(([, service]) => isProduct(service))
    .flatMap(([from, { environment }]) => hostsIn(environment).map((to) => ({ from, to })))
    .filter(({ from, to }) => services[to] && !pairs.some((pair) => pair.from === from && pair.to === to))
    .map(({ from, to }) => `no edge leads from ${from} to ${to}, as docker-compose.yml does`);
}

const hostsIn = (environment: Readonly<Record<string, string>>): readonly string[] =>
  Object.values(environment).flatMap((value) => (value.includes('://') ? (URL.parse(value)?.hostname ?? []) : []));
