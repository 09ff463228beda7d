import {
  type FieldNode,
  type GraphQLCompositeType,
  getNamedType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { SelectionContext } from '../document/select-fields.ts';

/** Finds the static type of the objects at a path by following the client's selections. @param keyOf the key of a field in the path */
export function typeAtPath(
  context: SelectionContext,
  rootType: GraphQLCompositeType,
  root: SelectionSetNode,
  path: readonly string[],
  keyOf: (node: FieldNode) => string,
): GraphQLCompositeType {
  let type = rootType;
  let sets: readonly SelectionSetNode[] = [root];
  for (const key of path) {
    if (key.startsWith('... on ')) {
      type = compositeType(context, key.slice('... on '.length)) ?? type;
      continue;
    }
    const found = sets.flatMap((set) => collectFields(context, type, set).filter(({ node }) => keyOf(node) === key));
    const [first] = found;
    if (!first) throw new Error(`nothing is selected at "${key}"`);
    const definition = 'getFields' in first.parent ? first.parent.getFields()[first.node.name.value] : undefined;
    const fieldType = definition && getNamedType(definition.type);
    if (!fieldType || !isCompositeType(fieldType)) throw new Error(`"${key}" is not an object`);
    type = fieldType;
    sets = found.flatMap(({ node }) => (node.selectionSet ? [node.selectionSet] : []));
  }
  return type;
}

interface FoundField {
  readonly parent: GraphQLCompositeType;
  readonly node: FieldNode;
}

function collectFields(context: SelectionContext, type: GraphQLCompositeType, set: SelectionSetNode): FoundField[] {
  return set.selections.flatMap((selection): FoundField[] => {
    if (selection.kind === Kind.FIELD) return [{ parent: type, node: selection }];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments.get(selection.name.value);
    if (!fragment) return [];
    const narrowed = compositeType(context, fragment.typeCondition?.name.value) ?? type;
    return collectFields(context, narrowed, fragment.selectionSet);
  });
}

function compositeType({ schema }: SelectionContext, name: string | undefined): GraphQLCompositeType | undefined {
  const type = name === undefined ? undefined : schema.getType(name);
  return isCompositeType(type) ? type : undefined;
}
