import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { countSelections } from '../document/count-selections.ts';
import { type Fragments, fragmentsByName } from '../document/fragments.ts';

/** The planner's time grows with the square of the named fragments: 1,800 of them take seconds. */
const manyFragments = 100;
/** Documents that would have more selections than this stay as they are. */
const maxSelections = 20_000;

/** Inlines the named fragments of a document that has many of them. */
export function unfoldFragments(document: DocumentNode): DocumentNode {
  const fragments = fragmentsByName(document);
  if (fragments.size <= manyFragments || countSelections(document) > maxSelections) return document;
  const unfolded = new Map<string, FragmentDefinitionNode>();
  for (const fragment of innermostFirst(fragments)) {
    const selectionSet = unfold(fragment.selectionSet, fragment.typeCondition.name.value, unfolded);
    unfolded.set(fragment.name.value, { ...fragment, selectionSet });
  }
  const definitions = document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION
      ? [{ ...node, selectionSet: unfold(node.selectionSet, undefined, unfolded) }]
      : [],
  );
  return { kind: Kind.DOCUMENT, definitions };
}

/** @param condition the type condition that already applies @param fragments the fragments that may be spread, already unfolded */
function unfold(set: SelectionSetNode, condition: string | undefined, fragments: Fragments): SelectionSetNode {
  const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      const { selectionSet } = selection;
      return [selectionSet ? { ...selection, selectionSet: unfold(selectionSet, undefined, fragments) } : selection];
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? unfoldInline(selection, condition, fragments)
        : fragments.get(selection.name.value);
    if (!fragment) return [];
    const { typeCondition, selectionSet } = fragment;
    const isImplied = !typeCondition || typeCondition.name.value === condition;
    if (isImplied && !selection.directives?.length) return selectionSet.selections;
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives: selection.directives, selectionSet }];
  });
  return { ...set, selections };
}

function unfoldInline(
  fragment: InlineFragmentNode,
  condition: string | undefined,
  fragments: Fragments,
): InlineFragmentNode {
  const inner = fragment.typeCondition?.name.value ?? condition;
  return { ...fragment, selectionSet: unfold(fragment.selectionSet, inner, fragments) };
}

/** Orders fragments so that each comes after the ones that it spreads. Not recursive, since fragments may be nested a thousand levels deep. */
function innermostFirst(fragments: Fragments): FragmentDefinitionNode[] {
  const order: FragmentDefinitionNode[] = [];
  const entered = new Set<FragmentDefinitionNode>();
  for (const outer of fragments.values()) {
    const path = entered.has(outer) ? [] : [{ fragment: outer, spread: spreadIn(outer, fragments) }];
    entered.add(outer);
    while (path.length > 0) {
      const { fragment, spread } = path.at(-1)!;
      const inner = spread.pop();
      if (!inner) {
        order.push(fragment);
        path.pop();
      } else if (!entered.has(inner)) {
        entered.add(inner);
        path.push({ fragment: inner, spread: spreadIn(inner, fragments) });
      }
    }
  }
  return order;
}

function spreadIn(fragment: FragmentDefinitionNode, fragments: Fragments): FragmentDefinitionNode[] {
  const found: FragmentDefinitionNode[] = [];
  visit(fragment, {
    [Kind.FRAGMENT_SPREAD](node) {
      const spread = fragments.get(node.name.value);
      if (spread) found.push(spread);
    },
  });
  return found;
}
