import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsByName } from './fragments.ts';

/** Counting stops here: fragments that each spread another one twice would reach any number. */
const ceiling = 1_000_000;

/** The number of selections of all operations, with fragments expanded. The cost of planning grows at least linearly with it. */
export function countSelections(document: DocumentNode): number {
  const fragments = fragmentsByName(document);
  const known = new Map<string, number>();

  const countFragment = (name: string): number => {
    const fragment = fragments.get(name);
    const count = known.get(name) ?? (fragment ? countSet(fragment.selectionSet) : 0);
    known.set(name, count);
    return count;
  };
  const countSet = ({ selections }: SelectionSetNode): number => {
    let count = selections.length;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) count += countFragment(selection.name.value);
      else if (selection.selectionSet) count += countSet(selection.selectionSet);
    }
    return Math.min(count, ceiling);
  };
  return document.definitions.reduce(
    (sum, node) => sum + (node.kind === Kind.OPERATION_DEFINITION ? countSet(node.selectionSet) : 0),
    0,
  );
}
