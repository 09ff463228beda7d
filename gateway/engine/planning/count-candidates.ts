import {
  type DocumentNode,
  type GraphQLCompositeType,
  getNamedType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsByName } from '../document/fragments.ts';
import type { SupergraphModel } from '../supergraph/model.ts';

/** Counting stops here: larger numbers need no distinction. */
const ceiling = 1_000_000;
/** A document with more selections than this, with fragments expanded, gets the highest count. */
const maxSelections = 10_000;

/**
 * Estimates the number of candidate plans, from which the planner chooses the cheapest. Where several subgraphs can resolve a field, and none of
 * them has the object already, each of them is a choice. The choices of all fields multiply.
 */
export function countCandidates(
  document: DocumentNode,
  { apiSchema, fieldSubgraphs }: Pick<SupergraphModel, 'apiSchema' | 'fieldSubgraphs'>,
): number {
  const fragments = fragmentsByName(document);
  let candidates = 1;
  let selections = 0;
  for (const node of document.definitions) {
    const root = node.kind === Kind.OPERATION_DEFINITION && apiSchema.getRootType(node.operation);
    if (root) count(node.selectionSet, root, undefined);
  }
  return selections > maxSelections ? ceiling : candidates;

  /** @param at the subgraphs that may have the object; undefined for the root */
  function count(set: SelectionSetNode, type: GraphQLCompositeType, at: ReadonlySet<string> | undefined): void {
    for (const selection of set.selections) {
      if (++selections > maxSelections || candidates >= ceiling) return;
      if (selection.kind !== Kind.FIELD) {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition && apiSchema.getType(fragment.typeCondition.name.value);
        if (fragment) count(fragment.selectionSet, isCompositeType(condition) ? condition : type, at);
        continue;
      }
      const graphs = fieldSubgraphs.get(`${type.name}.${selection.name.value}`);
      const local = at && graphs?.intersection(at);
      if (graphs && (!local || local.size === 0)) candidates = Math.min(ceiling, candidates * Math.max(1, graphs.size));
      const definition = 'getFields' in type ? type.getFields()[selection.name.value] : undefined;
      const target = definition && getNamedType(definition.type);
      if (!selection.selectionSet || !isCompositeType(target)) continue;
      count(selection.selectionSet, target, local && local.size > 0 ? local : graphs);
    }
  }
}
