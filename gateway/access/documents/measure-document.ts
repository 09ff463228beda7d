import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { type Fragments, fragmentsByName } from '../../engine/document/fragments.ts';

/** The size of a document, with fragments counted wherever they are spread. Counts stop at `countCeiling`. */
export interface DocumentSize {
  /** Levels of nested fields in the deepest operation. */
  readonly depth: number;
  /** Most aliases in one operation. */
  readonly aliases: number;
  /** Characters of the longest alias. */
  readonly aliasLength: number;
  /** Most root fields in one operation. */
  readonly rootFields: number;
  /** Fields and fragments of all operations together, because validation walks the fragments of each operation. */
  readonly selections: number;
}

/** Upper bound of counts: a few fragments that double each other could reach any number. */
const countCeiling = 1_000_000_000;

interface Measure {
  depth: number;
  aliases: number;
  aliasLength: number;
  /** Fields at the top level of this selection set, those of its fragments included. */
  fields: number;
  selections: number;
}

/**
 * Measures a parsed document, which may be invalid: unknown fragments count as nothing, and cycles end at the first repetition. Each fragment is
 * measured once, so the time is linear in the text.
 */
export function measureDocument(document: DocumentNode): DocumentSize {
  const fragments = fragmentsByName(document);
  const known = new Map<string, Measure>();
  const size = { depth: 0, aliases: 0, aliasLength: 0, rootFields: 0, selections: 0 };
  let largestFragment = 0;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) continue;
    // Unused fragments are measured too, because validation walks them as well.
    const measure = measureSet(node.selectionSet, fragments, known);
    size.depth = Math.max(size.depth, measure.depth);
    size.aliases = Math.max(size.aliases, measure.aliases);
    size.aliasLength = Math.max(size.aliasLength, measure.aliasLength);
    if (node.kind === Kind.FRAGMENT_DEFINITION) {
      largestFragment = Math.max(largestFragment, measure.selections);
      continue;
    }
    size.selections = bounded(size.selections + measure.selections);
    size.rootFields = Math.max(size.rootFields, measure.fields);
  }
  return { ...size, selections: Math.max(size.selections, largestFragment) };
}

function measureSet(set: SelectionSetNode, fragments: Fragments, known: Map<string, Measure>): Measure {
  const total: Measure = { depth: 0, aliases: 0, aliasLength: 0, fields: 0, selections: 0 };
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const below = selection.selectionSet && measureSet(selection.selectionSet, fragments, known);
      total.depth = Math.max(total.depth, 1 + (below?.depth ?? 0));
      total.aliasLength = Math.max(total.aliasLength, selection.alias?.value.length ?? 0, below?.aliasLength ?? 0);
      total.aliases = bounded(total.aliases + (selection.alias ? 1 : 0) + (below?.aliases ?? 0));
      total.selections = bounded(total.selections + 1 + (below?.selections ?? 0));
      total.fields = bounded(total.fields + 1);
      continue;
    }
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? measureSet(selection.selectionSet, fragments, known)
        : measureFragment(selection.name.value, fragments, known);
    total.depth = Math.max(total.depth, inner.depth);
    total.aliases = bounded(total.aliases + inner.aliases);
    total.aliasLength = Math.max(total.aliasLength, inner.aliasLength);
    total.selections = bounded(total.selections + 1 + inner.selections);
    total.fields = bounded(total.fields + inner.fields);
  }
  return total;
}

function measureFragment(name: string, fragments: Fragments, known: Map<string, Measure>): Measure {
  const measured = known.get(name);
  if (measured) return measured;
  // A fragment that spreads itself counts as empty inside itself. Validation refuses it afterwards.
  const empty: Measure = { depth: 0, aliases: 0, aliasLength: 0, fields: 0, selections: 0 };
  known.set(name, empty);
  const fragment = fragments.get(name);
  if (!fragment) return empty;
  const measure = measureSet(fragment.selectionSet, fragments, known);
  known.set(name, measure);
  return measure;
}

function bounded(count: number): number {
  return Math.min(count, countCeiling);
}
