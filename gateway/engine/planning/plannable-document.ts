import { type DocumentNode, type FieldNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';
import { type Fragments, fragmentsByName } from '../document/fragments.ts';
import { plannedKey, responseKey } from '../document/response-keys.ts';
import { typenameField } from '../document/typename.ts';
import type { SupergraphModel } from '../supergraph/model.ts';

type PlannerFacts = Pick<SupergraphModel, 'plannerNames' | 'withheldDirectives'>;

/**
 * The document that the planner gets. It has three differences from the client's document:
 * - A selection that `@skip` and `@include` may empty, such as `{ user { name @include(if: $no) } }`, gets a `__typename`.
 *   Otherwise the plan would not fetch the object, and the response couldn't show whether it is null.
 * - An alias equal to a name that the planner fetches for itself, such as `{ user { id: name } }`, is changed (see
 *   `response-keys.ts`). Otherwise it would overwrite that name's value.
 * - Directives that subgraphs don't know are removed.
 * @returns the same document when there is nothing to change
 */
export function plannableDocument(document: DocumentNode, model: PlannerFacts): DocumentNode {
  const { plannerNames, withheldDirectives } = model;
  const fragments = fragmentsByName(document);
  let changed = false;
  const plannable = visit(document, {
    [Kind.DIRECTIVE]: {
      leave({ name }): null | undefined {
        if (!withheldDirectives.has(name.value)) return undefined;
        changed = true;
        return null;
      },
    },
    [Kind.FIELD]: {
      leave(node: FieldNode): FieldNode | undefined {
        const key = plannedKey(node, plannerNames);
        const rename = key !== responseKey(node);
        const guard = node.selectionSet && !hasUnconditionalField(node.selectionSet, fragments);
        if (!rename && !guard) return undefined;
        changed = true;
        const alias = rename ? ({ kind: Kind.NAME, value: key } as const) : node.alias;
        const selections = guard ? [typenameField, ...node.selectionSet.selections] : node.selectionSet?.selections;
        return { ...node, alias, selectionSet: selections && { kind: Kind.SELECTION_SET, selections } };
      },
    },
  });
  return changed ? plannable : document;
}

function hasUnconditionalField(set: SelectionSetNode, fragments: Fragments, visited = new Set<string>()): boolean {
  return set.selections.some((selection) => {
    if (isConditional(selection)) return false;
    if (selection.kind === Kind.FIELD) return true;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return hasUnconditionalField(selection.selectionSet, fragments, visited);
    }
    const fragment = fragments.get(selection.name.value);
    if (!fragment || visited.has(selection.name.value)) return false;
    visited.add(selection.name.value);
    return hasUnconditionalField(fragment.selectionSet, fragments, visited);
  });
}

function isConditional({ directives }: SelectionNode): boolean {
  return directives?.some(({ name }) => name.value === 'skip' || name.value === 'include') ?? false;
}
