import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { argumentValue } from './arguments.ts';
import type { Fragments } from './fragments.ts';
import { responseKey } from './response-keys.ts';

export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  /** Values of the variables in `@skip` and `@include`. */
  readonly conditions: Readonly<Record<string, boolean>>;
  /** Whether a fragment belongs to this part of the response. Default: all do. */
  readonly takesFragment?: (directives: readonly DirectiveNode[] | undefined) => boolean;
}

export type SelectedFields = Map<string, FieldNode[]>;

/**
 * The fields selected on a type, by response key, with fragments resolved (specification: CollectFields).
 * @param type the runtime type, or the static type when the subgraph sent no `__typename`
 */
export function selectFields(
  context: SelectionContext,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): SelectedFields {
  const fields: SelectedFields = new Map();
  const visited = new Set<string>();
  for (const set of sets) visit(set);
  return fields;

  function visit(set: SelectionSetNode): void {
    for (const selection of set.selections) {
      if (!isIncluded(selection.directives, context.conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = responseKey(selection);
        const nodes = fields.get(key);
        if (nodes) nodes.push(selection);
        else fields.set(key, [selection]);
        continue;
      }
      if (context.takesFragment && !context.takesFragment(selection.directives)) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection)) visit(selection.selectionSet);
        continue;
      }
      const fragment = context.fragments.get(selection.name.value);
      if (!fragment || visited.has(selection.name.value)) continue;
      visited.add(selection.name.value);
      if (applies(fragment)) visit(fragment.selectionSet);
    }
  }

  function applies({ typeCondition }: InlineFragmentNode | FragmentDefinitionNode): boolean {
    if (!typeCondition) return true;
    const condition = context.schema.getType(typeCondition.name.value);
    if (condition === type) return true;
    if (!isCompositeType(condition) || !isAbstractType(condition)) return false;
    return 'getFields' in type && context.schema.isSubType(condition, type);
  }
}

/** Whether `@skip` and `@include` include a selection, under these values of their variables. */
export function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  conditions: Readonly<Record<string, boolean>>,
): boolean {
  for (const directive of directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const value = argumentValue(directive, 'if');
    const holds =
      value?.kind === Kind.VARIABLE ? conditions[value.name.value] : value?.kind === Kind.BOOLEAN && value.value;
    if (holds === (name === 'skip')) return false;
  }
  return true;
}
