import type { ExecutionResult } from 'graphql';
import type { GraphQLResponse } from './harness.ts';

/**
 * Reduces a result to its data as JSON and the nulls that its errors explain. The specification leaves open which of several
 * errors below one null are reported, and messages differ between subgraphs and the monolith.
 */
export function comparable(result: ExecutionResult | GraphQLResponse): { data: unknown; explainedNulls: string[] } {
  const data: unknown = JSON.parse(JSON.stringify(result.data ?? null));
  const nulls = (result.errors ?? []).map(({ path }) => JSON.stringify(nullAbove(data, path ?? [])));
  return { data, explainedNulls: [...new Set(nulls)].sort() };
}

/** The part of an error's path down to the null that it caused. */
function nullAbove(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, depth);
    value = (value as Record<string | number, unknown>)[key];
  }
  return path;
}
