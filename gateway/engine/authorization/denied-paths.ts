import { type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import type { Fragments } from '../document/fragments.ts';
import { responseKey } from '../document/response-keys.ts';

/** Bounds for documents that spread fragments very often. More errors than this tell a client nothing new. */
const MAX_PATHS = 100;
const MAX_STEPS = 10_000;

/** A denied field, and its path as response keys. */
export interface DeniedPath {
  readonly path: readonly string[];
  readonly node: FieldNode;
}

/** The paths of denied fields, as response keys without list indexes: these fields are never fetched, so their lists are not known. */
export function deniedPaths(
  root: SelectionSetNode,
  fragments: Fragments,
  denied: ReadonlySet<FieldNode>,
): DeniedPath[] {
  const paths = new Map<string, DeniedPath>();
  let steps = 0;
  if (denied.size > 0) walk(root, [], new Set());
  return [...paths.values()];

  function walk(set: SelectionSetNode, path: readonly string[], visited: Set<string>): void {
    for (const selection of set.selections) {
      if (++steps > MAX_STEPS || paths.size >= MAX_PATHS) return;
      if (selection.kind === Kind.FIELD) {
        const at = [...path, responseKey(selection)];
        if (denied.has(selection)) paths.set(at.join('.'), { path: at, node: selection });
        else if (selection.selectionSet) walk(selection.selectionSet, at, new Set());
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, path, visited);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) walk(fragment.selectionSet, path, visited);
      }
    }
  }
}
