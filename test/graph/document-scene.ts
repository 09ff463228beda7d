import { hash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { GraphResponse } from '../../client/graph-response.ts';
import { startTestGraph, type TestGraph } from './graph.ts';

/** A graph in which a partner registers documents. */

/** A gateway that reads new documents and keys within 100 ms, and counts points. */
export const startDocumentGraph = (): Promise<TestGraph> => startTestGraph({ snapshotMs: 100, budgetMode: 'enforce' });

export const register = `mutation Register($input: RegisterDocumentsInput!) { payload: registerDocuments(input: $input) {
  documents { id name clientName clientVersion price { maximum byField { path cost } } fetches subgraphs callsPerMinute
    cheapestDrop { path saves } registeredAt lastUsedAt retiresAt }
  userErrors { code field message } } }`;
export const retire = `mutation Retire($input: RetireDocumentInput!) { payload: retireDocument(input: $input) {
  document { id retiresAt } userErrors { code message } } }`;
export const createKey = `mutation CreateKey($input: CreateApiKeyInput!) { payload: createApiKey(input: $input) { key userErrors { code message } } }`;
export const late = `query LateLoads($first: Int!) { shipments(first: $first) { nodes { id reference
  invoice { id amount { amount currency } } assignment { driver { name } } } } }`;
export const idOf = (text: string) => hash('sha256', text, 'hex');
export const client = { clientName: 'tracker', clientVersion: '1.4.0' };

export interface Payload {
  readonly documents: readonly Record<string, unknown>[] | null;
  readonly document: { readonly id: string; readonly retiresAt: string } | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}

export function manifestOf(texts: Readonly<Record<string, string>>) {
  const operations = Object.entries(texts).map(([name, body]) => ({ id: idOf(body), name, type: 'query', body }));
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

/** Sends a mutation as the partner. */
export async function run(graph: TestGraph, query: string, input: object): Promise<Payload> {
  const { data, errors } = await graph.ask<{ payload: Payload }>('partner', query, { input });
  expect(errors).toEqual([]);
  return data!.payload;
}

/** Sends the hash alone. */
export async function byId(
  graph: TestGraph,
  as: 'partner' | 'customer',
  text: string,
  variables: object,
): Promise<GraphResponse<unknown>> {
  const response = await fetch(graph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await graph.tokenOf(as)}` },
    body: JSON.stringify({ documentId: idOf(text), variables }),
  });
  return (await response.json()) as GraphResponse<unknown>; // the test compares all of it
}
