import { type DirectiveDefinitionNode, type DocumentNode, extendSchema, type GraphQLSchema, Kind } from 'graphql';
import { nameOfType } from '../document/type-name.ts';

const operationLocations: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);

/**
 * Adds the directives for operations that subgraphs contribute with `@composeDirective`. They belong to a linked feature,
 * and the API schema is made without such features. A supergraph doesn't say which subgraphs know such a directive, so
 * clients may use it, but it is not sent to subgraphs.
 * @returns the schema with the added directives, and their names
 */
export function withComposedDirectives(
  apiSchema: GraphQLSchema,
  supergraph: DocumentNode,
): { schema: GraphQLSchema; names: ReadonlySet<string> } {
  const definitions = supergraph.definitions.flatMap((definition): DirectiveDefinitionNode[] => {
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION || apiSchema.getDirective(definition.name.value)) return [];
    const locations = definition.locations.filter(({ value }) => operationLocations.has(value));
    const isVisible = definition.arguments?.every(({ type }) => apiSchema.getType(nameOfType(type))) ?? true;
    return locations.length > 0 && isVisible ? [{ ...definition, locations }] : [];
  });
  const names = new Set(definitions.map(({ name }) => name.value));
  if (names.size === 0) return { schema: apiSchema, names };
  const added: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  return { schema: extendSchema(apiSchema, added, { assumeValid: true }), names };
}
