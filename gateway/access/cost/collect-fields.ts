import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { responseKey } from '../../engine/document/response-keys.ts';
import { type Guard, readGuard } from './guards.ts';
import type { VariableSource } from './variables.ts';

/** Context that all selections of an operation share. */
export interface OperationContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: ReadonlyMap<string, VariableSource>;
}

/** A selection set, and the condition under which it counts. */
export interface GuardedSet {
  readonly set: SelectionSetNode;
  readonly guard: Guard;
}

export interface GuardedField {
  readonly node: FieldNode;
  readonly guard: Guard;
}

/** Collects the fields of an object of one type from selection sets, by response key. Fields with the same key are merged. */
export function collectFields(
  sets: readonly GuardedSet[],
  type: GraphQLObjectType,
  { schema, fragments, variables }: OperationContext,
): ReadonlyMap<string, readonly GuardedField[]> {
  const fields = new Map<string, GuardedField[]>();
  const spread = new Set<string>();
  for (const { set, guard } of sets) collect(set, guard);
  return fields;

  function collect(set: SelectionSetNode, outer: Guard): void {
    for (const selection of set.selections) {
      const guard = readGuard(selection.directives, outer, variables);
      if (!guard) continue;
      if (selection.kind === Kind.FIELD) {
        const key = responseKey(selection);
        const known = fields.get(key);
        if (known) known.push({ node: selection, guard });
        else fields.set(key, [{ node: selection, guard }]);
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet, guard);
        continue;
      }
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (!fragment || spread.has(name) || spread.has(`${name} ${guard.key}`)) continue;
      spread.add(guard.key === '' ? name : `${name} ${guard.key}`);
      if (applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet, guard);
    }
  }

  function applies(condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = schema.getType(condition);
    return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
  }
}
