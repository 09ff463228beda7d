import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { coordinatesOf } from '../../engine/authorization/operation-access.ts';
import { fragmentsByName } from '../../engine/document/fragments.ts';

/** Schema coordinates of fields that a caller may read of the own account only. */
export interface OwnAccountOnly {
  /** The fields. */
  readonly fields: ReadonlySet<string>;
  /** Fields that lead to the account of the caller. */
  readonly own: ReadonlySet<string>;
}

/**
 * Finds such a field where it may be read of another account: it is not selected on a field that leads to the own one. A fragment counts where it
 * is spread.
 */
export function findFieldOfOthers(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  schema: GraphQLSchema,
  { fields, own }: OwnAccountOnly,
): FieldNode | undefined {
  const fragments = fragmentsByName(document);
  const spread = new Set<string>();
  const root = schema.getRootType(operation.operation);
  return root ? find(operation.selectionSet, root, false) : undefined;

  function find(set: SelectionSetNode, parent: GraphQLCompositeType, isOwn: boolean): FieldNode | undefined {
    for (const selection of set.selections) {
      const found =
        selection.kind === Kind.FIELD
          ? inField(selection, parent, isOwn)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? inFragment(selection.selectionSet, selection.typeCondition?.name.value ?? parent.name, isOwn)
            : inSpread(selection.name.value, isOwn);
      if (found) return found;
    }
    return undefined;
  }

  function inField(node: FieldNode, parent: GraphQLCompositeType, isOwn: boolean): FieldNode | undefined {
    const coordinates = coordinatesOf(parent, node.name.value, schema);
    if (!isOwn && coordinates.some((coordinate) => fields.has(coordinate))) return node;
    const field = isUnionType(parent) ? undefined : parent.getFields()[node.name.value];
    const type = field && getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return undefined;
    return find(node.selectionSet, type, !isAbstractType(parent) && coordinates.some((one) => own.has(one)));
  }

  function inFragment(set: SelectionSetNode, typeName: string, isOwn: boolean): FieldNode | undefined {
    const type = schema.getType(typeName);
    return isCompositeType(type) ? find(set, type, isOwn) : undefined;
  }

  function inSpread(name: string, isOwn: boolean): FieldNode | undefined {
    const fragment = fragments.get(name);
    const place = `${name} ${isOwn}`;
    if (!fragment || spread.has(place)) return undefined;
    spread.add(place);
    return inFragment(fragment.selectionSet, fragment.typeCondition.name.value, isOwn);
  }
}
