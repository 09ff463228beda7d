import { type GraphQLNamedType, type GraphQLSchema, getNamedType, Kind, parse, type SelectionSetNode } from 'graphql';

/** Parses the selection in a `key:`, `requires:` or `provides:` argument. */
export function parseFieldSet(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`not a field set: ${fields}`);
  return definition.selectionSet;
}

/** The named type of a field. */
export function fieldType(schema: GraphQLSchema, type: string, field: string): GraphQLNamedType | undefined {
  const parent = schema.getType(type);
  if (!parent || !('getFields' in parent)) return undefined;
  const definition = parent.getFields()[field];
  return definition && getNamedType(definition.type);
}
