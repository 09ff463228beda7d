import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * The fields that an operation selects anywhere on each object type. Conditions are ignored, so a field may be among them that one request
 * leaves out.
 */
export function selectedFields(
  schema: GraphQLSchema,
  nodes: readonly (OperationDefinitionNode | FragmentDefinitionNode)[],
): ReadonlyMap<string, ReadonlySet<GraphQLField<unknown, unknown>>> {
  const selected = new Map<string, Set<GraphQLField<unknown, unknown>>>();
  const info = new TypeInfo(schema);
  const Field = () => {
    const parent = getNamedType(info.getParentType());
    const name = info.getFieldDef()?.name;
    if (!parent || name === undefined) return;
    for (const type of isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent]) {
      const field = isObjectType(type) ? type.getFields()[name] : undefined; // meta fields are not among the fields
      if (!field) continue;
      const known = selected.get(type.name);
      if (known) known.add(field);
      else selected.set(type.name, new Set([field]));
    }
  };
  for (const node of nodes) visit(node, visitWithTypeInfo(info, { Field }));
  return selected;
}
