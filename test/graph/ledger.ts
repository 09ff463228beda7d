import { expect } from '@jest/globals';
import type { TestGraph } from './graph.ts';

/** Facts that no client may change: each record with its immutable fields, and the figures made from them. */
export interface Ledger {
  /** The records of each list as JSON texts. */
  readonly records: ReadonlyMap<string, readonly string[]>;
  readonly delivered: number;
  readonly revenue: string;
}

const lists: Readonly<Record<string, string>> = {
  shipments: 'id reference createdAt deliveredAt organization { id }',
  drivers: 'id hiredAt',
  vehicles: 'id',
  organizations: 'id createdAt',
  accounts: 'id createdAt',
  invoices: 'id number issuedAt amount { amount currency } shipment { id }',
  riskAssessments: 'shipment { id }',
};

interface Page {
  readonly nodes: readonly object[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Reads the ledger through the gateway, page by page. */
export async function readLedger(graph: TestGraph): Promise<Ledger> {
  const records = new Map<string, string[]>();
  for (const [list, selection] of Object.entries(lists)) records.set(list, await readList(graph, list, selection));
  const { data } = await graph.ask<{
    executive: { revenue: { total: { amount: string } }; operations: { shipmentsDelivered: number } };
  }>(
    'admin',
    `query($range: DayRangeInput!) {
      executive(range: $range) { revenue { total { amount } } operations { shipmentsDelivered } }
    }`,
    { range: { from: '2023-01-01', until: '2027-12-31' } },
  );
  if (!data) throw new Error('The executive view was refused');
  const { revenue, operations } = data.executive;
  return { records, delivered: operations.shipmentsDelivered, revenue: revenue.total.amount };
}

/** Expects that no record was lost or changed its identity, and that the figures are the same. */
export function requireSameRecords(before: Ledger, after: Ledger): void {
  expect(after.delivered).toBe(before.delivered);
  expect(after.revenue).toBe(before.revenue);
  for (const [list, records] of before.records) {
    const now = new Set(after.records.get(list));
    expect({ list, lost: records.filter((record) => !now.has(record)) }).toEqual({ list, lost: [] });
  }
}

async function readList(graph: TestGraph, list: string, selection: string): Promise<string[]> {
  const query = `query($after: String) {
    page: ${list}(first: 100, after: $after) { nodes { ${selection} } pageInfo { hasNextPage endCursor } }
  }`;
  const records: string[] = [];
  let after: string | null = null;
  do {
    const response: { data?: { page: Page } | null } = await graph.ask('admin', query, { after });
    if (!response.data) throw new Error(`The list of ${list} was refused`);
    const { nodes, pageInfo } = response.data.page;
    records.push(...nodes.map((node) => JSON.stringify(node)));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return records;
}
