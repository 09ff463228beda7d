import {
  BREAK,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { coordinatesOf } from '../../engine/authorization/operation-access.ts';
import { fragmentsByName } from '../../engine/document/fragments.ts';

/**
 * Finds a field of an operation or of its fragments, at any depth, that is tagged or belongs to a tagged type.
 * @param tagged schema coordinates
 */
export function findTaggedField(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  schema: GraphQLSchema,
  tagged: ReadonlySet<string>,
): FieldNode | undefined {
  const types = new TypeInfo(schema);
  const fragments = fragmentsByName(document);
  const spread = new Set<string>();
  let found: FieldNode | undefined;
  const visitor = visitWithTypeInfo(types, {
    [Kind.FIELD](node) {
      const parent = types.getParentType();
      if (!parent || !coordinatesOf(parent, node.name.value, schema).some((coordinate) => tagged.has(coordinate)))
        return undefined;
      found = node;
      return BREAK;
    },
    [Kind.FRAGMENT_SPREAD]: ({ name }) => void spread.add(name.value),
  });
  visit(operation, visitor);
  // A set also yields the names that are added meanwhile.
  for (const name of spread) {
    const fragment = fragments.get(name);
    if (found === undefined && fragment) visit(fragment, visitor);
  }
  return found;
}
