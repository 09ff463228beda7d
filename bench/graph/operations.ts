import { readFileSync } from 'node:fs';
import { requireData } from '../../client/data.ts';
import type { GraphClient } from '../../client/graph-client.ts';

type Variables = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly name: string;
  readonly title: string;
  /** Demo account that sends the operation. */
  readonly account: 'dispatcher' | 'analyst' | 'partner';
  /**
   * Different variables for each request. Equal queries in flight are executed once, which is not what this bench measures.
   */
  variables(client: GraphClient): Promise<readonly Variables[]>;
}

/** Different requests of each operation. */
export const requestsPerOperation = 64;
const dayMs = 86_400_000;

export const operations: readonly Operation[] = [
  {
    name: 'ShipmentBoard',
    title: 'board: 20 shipments with organization, driver, position, ETA',
    account: 'dispatcher',
    variables: async (client) => (await shipments(client)).map(({ cursor }) => ({ after: cursor })),
  },
  {
    name: 'ShipmentDetail',
    title: "one shipment's page, from six subgraphs",
    account: 'dispatcher',
    variables: async (client) => (await shipments(client)).map(({ node }) => ({ id: node.id })),
  },
  {
    name: 'Leaderboard',
    title: 'leaderboard: 20 drivers with badges and utilization',
    account: 'dispatcher',
    variables: async () =>
      numbered((index) => ({
        period: index % 2 === 0 ? 'WEEKLY' : 'MONTHLY',
        at: new Date(Date.now() - index * 7 * dayMs).toISOString(),
      })),
  },
  {
    name: 'ExecutiveDashboard',
    title: 'executive dashboard of 30 to 93 days',
    account: 'analyst',
    variables: async () =>
      numbered((index) => ({ range: { from: day(Date.now() - (29 + index) * dayMs), until: day(Date.now()) } })),
  },
  {
    name: 'PartnerShipments',
    title: "a partner's 20 shipments with quotes and invoices",
    account: 'partner',
    variables: async (client) => (await shipments(client)).map(({ cursor }) => ({ after: cursor })),
  },
];

export function documentOf({ name }: Operation): string {
  return readFileSync(new URL(`./operations/${name}.graphql`, import.meta.url), 'utf8');
}

interface Edge {
  readonly cursor: string;
  readonly node: { readonly id: string };
}

/** The newest shipments that the account may see. */
async function shipments(client: GraphClient): Promise<readonly Edge[]> {
  const query = `query Newest($first: Int!) { shipments(first: $first) { edges { cursor node { id } } } }`;
  const variables = { first: requestsPerOperation };
  const response = await client.send<{ shipments: { edges: readonly Edge[] } }>({ query, variables });
  return requireData(response).shipments.edges;
}

function numbered(variables: (index: number) => Variables): Variables[] {
  return Array.from({ length: requestsPerOperation }, (_, index) => variables(index));
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
