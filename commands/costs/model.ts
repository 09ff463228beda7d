import { nodesFor } from '../check-deploy/terraform/sizes.ts';
import type { Deployment } from './deployment.ts';
import { type Inputs, type PriceName, priceOf } from './inputs.ts';

const hoursPerMonth = 730;
const secondsPerMonth = hoursPerMonth * 3600;
const gigabyte = 1e9;

/** One line of the bill of a month. */
export interface Line {
  readonly what: string;
  /** How the sum comes about. */
  readonly arithmetic: string;
  readonly usd: number;
}

export interface RegionCosts {
  readonly region: string;
  readonly requestsPerMonth: number;
  readonly nodes: number;
  /** Part of the cores of one database instance that the requests use. */
  readonly databaseUse: number;
  /** What is paid without a single request. */
  readonly fixed: readonly Line[];
  /** What grows with the requests. */
  readonly variable: readonly Line[];
}

export interface Costs {
  /** Means over the measured operations. */
  readonly request: { readonly nodeMs: number; readonly postgresMs: number; readonly bytes: number };
  readonly regions: readonly RegionCosts[];
  /** What exists once for all regions. */
  readonly shared: readonly Line[];
  readonly requestsPerMonth: number;
  readonly usdPerMonth: number;
  readonly usdPerRequest: number;
  /** What one more request costs, as long as no further node is needed. */
  readonly usdPerFurtherRequest: number;
  /** Requests per second over all regions from which a request costs less than the goal. */
  readonly breakEvenPerSecond: number;
}

export const sumOf = (lines: readonly Line[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

/** Computes the bill of a month, and what a request costs with everything included. */
export function computeCosts(inputs: Inputs, deployment: Deployment): Costs {
  const request = meanRequest(inputs);
  const regions = deployment.regions.map((region) => costsOfRegion(region, inputs, deployment, request));
  const shared = sharedLines(inputs, deployment);
  const requestsPerMonth = regions.reduce((sum, one) => sum + one.requestsPerMonth, 0);
  const fixed = sumOf(shared) + regions.reduce((sum, one) => sum + sumOf(one.fixed), 0);
  const variable = regions.reduce((sum, one) => sum + sumOf(one.variable), 0);
  const usdPerFurtherRequest = variable / requestsPerMonth;
  return {
    request,
    regions,
    shared,
    requestsPerMonth,
    usdPerMonth: fixed + variable,
    usdPerRequest: (fixed + variable) / requestsPerMonth,
    usdPerFurtherRequest,
    breakEvenPerSecond: fixed / (inputs.goalUsdPerRequest - usdPerFurtherRequest) / secondsPerMonth,
  };
}

function meanRequest({ measured: { operations } }: Inputs): Costs['request'] {
  const mean = (kind: 'node' | 'postgres' | 'bytes') =>
    operations.reduce((sum, one) => sum + one[kind], 0) / operations.length;
  return { nodeMs: mean('node'), postgresMs: mean('postgres'), bytes: mean('bytes') };
}

function costsOfRegion(region: string, inputs: Inputs, deployment: Deployment, request: Costs['request']): RegionCosts {
  const { utilization, internalBytes, backupGib, walGbPerDay } = inputs.assumed;
  const perSecond = inputs.assumed.requestsPerSecond[region] ?? 0;
  const requests = perSecond * secondsPerMonth;
  const nodes = nodesAt(perSecond, utilization, deployment, request);
  const line = lineOf(inputs, region);
  const responses = (requests * request.bytes) / gigabyte;
  const isPrimary = region === deployment.primary;
  const followers = deployment.regions.length - 1;
  return {
    region,
    requestsPerMonth: requests,
    nodes,
    databaseUse: (perSecond * request.postgresMs) / 1000 / deployment.databaseCores,
    fixed: [
      line(`nodes (${deployment.node.type})`, 'node-hour', [nodes, 'nodes'], [hoursPerMonth, 'h']),
      line('cluster', 'cluster-hour', [hoursPerMonth, 'h']),
      line('volumes', 'volume-gib-month', [deployment.volumesGib, 'GiB']),
      line('NAT gateways', 'nat-hour', [deployment.zones, 'zones'], [hoursPerMonth, 'h']),
      line('load balancer', 'balancer-hour', [hoursPerMonth, 'h']),
      line('public addresses', 'address-hour', [deployment.zones * 2, 'addresses'], [hoursPerMonth, 'h']),
      line('backups', 'backup-gib-month', [backupGib, 'GiB']),
      ...(isPrimary
        ? [line('replication to other regions', 'region-gb', [walGbPerDay * 30, 'GB'], [followers, 'regions'])]
        : []),
    ],
    variable: [
      line('requests at the CDN', 'cdn-million-requests', [requests / 1e6, 'million']),
      line('requests at the firewall', 'firewall-million-requests', [requests / 1e6, 'million']),
      line('responses to clients', 'cdn-gb', [responses, 'GB']),
      line('between zones', 'zone-gb', [responses * internalBytes * (2 / 3), 'GB']),
    ],
  };
}

/** Nodes for the smallest number of pods, or for the cores that requests use, if these are more. */
function nodesAt(
  perSecond: number,
  utilization: number,
  { processes, others, node, zones }: Deployment,
  { nodeMs }: Costs['request'],
): number {
  const requested = processes.reduce((sum, one) => sum + one.cpu * one.podsMin, 0);
  const factor = Math.max(1, (perSecond * nodeMs) / 1000 / utilization / requested);
  const grown = processes.map((one) => ({ ...one, podsMin: one.podsMin * factor }));
  return nodesFor([...grown, ...others], node, zones).min;
}

function sharedLines(inputs: Inputs, { regions, zones, primary }: Deployment): readonly Line[] {
  const line = lineOf(inputs, primary);
  return [
    line('firewall', 'firewall-month', [1, 'list']),
    line('health checks', 'health-check-month', [regions.length * (zones + 1), 'checks']),
    line('DNS zones', 'dns-zone-month', [2, 'zones']),
  ];
}

type Factor = readonly [amount: number, unit: string];

const lineOf =
  (inputs: Inputs, region: string) =>
  (what: string, name: PriceName, ...factors: readonly Factor[]): Line => {
    const price = priceOf(inputs, name, region);
    const shown = factors.map(([amount, unit]) => `${readable(amount)} ${unit}`);
    return {
      what,
      arithmetic: [...shown, `${price} USD`].join(' × '),
      usd: factors.reduce((product, [amount]) => product * amount, price),
    };
  };

const readable = (amount: number): string => amount.toLocaleString('en-US', { maximumFractionDigits: 1 });
