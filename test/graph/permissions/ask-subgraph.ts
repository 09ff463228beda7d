import { type Identity, identityHeader } from '#shared/identity/identity.ts';
import { createSigner, identityTokens } from '#shared/identity/tokens.ts';
import type { TestGraph } from '../graph.ts';

export interface SubgraphResult {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly SubgraphError[];
}

export interface SubgraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** Sends a query to one subgraph as the gateway would for this identity, without the gateway's own checks. */
export async function askSubgraph(
  { product }: TestGraph,
  name: string,
  as: Identity,
  query: string,
  variables: object = {},
): Promise<SubgraphResult> {
  const found = product.subgraphs.find(({ subgraph }) => subgraph.name === name);
  if (!found) throw new Error(`There is no subgraph ${name}`);
  const signer = createSigner(product.keyring.identity.privateJwk);
  const headers = { [identityHeader]: signer.sign(as, identityTokens(name), 60) };
  const body = JSON.stringify({ query, variables });
  const { result } = await found.respond({ headers, body, signal: new AbortController().signal });
  return JSON.parse(JSON.stringify({ data: result.data ?? null, errors: result.errors ?? [] })) as SubgraphResult;
}
