import type { ExecutionResult } from 'graphql';
import type { Answer } from './harness.ts';

/**
 * Data as JSON, and the nulls that errors explain. Of several errors below one null, which are reported is left open by
 * the specification; and messages differ between a subgraph's error and the monolith's.
 */
export function comparable(result: ExecutionResult | Answer): { data: unknown; explainedNulls: string[] } {
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
