import {
  type GraphQLField,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLSchema,
  GraphQLString,
} from 'graphql';

/** Meta-fields that the engine answers itself, at the root of a query. */
export const metaFields: ReadonlySet<string> = new Set(['__schema', '__type', '__service']);

const capabilities = [{ identifier: 'graphql.onError', value: null }];

const capabilityType = new GraphQLObjectType({
  name: '__Capability',
  description: 'Something that this service can do beyond the type system.',
  fields: {
    identifier: { type: new GraphQLNonNull(GraphQLString), description: 'The name of the capability.' },
    description: { type: GraphQLString, description: 'What it is about.', resolve: () => null },
    value: { type: GraphQLString, description: 'Its value, where it has one.' },
  },
});

const serviceType = new GraphQLObjectType({
  name: '__Service',
  description: 'What this service can do.',
  fields: {
    capabilities: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(capabilityType))),
      description: 'Its capabilities.',
      resolve: () => capabilities,
    },
  },
});

const serviceField: GraphQLField<unknown, unknown> = {
  name: '__service',
  description: 'What this service can do.',
  type: new GraphQLNonNull(serviceType),
  args: [],
  resolve: () => ({}),
  deprecationReason: undefined,
  extensions: {},
  astNode: undefined,
};

/**
 * Adds the meta-field `__service` (GraphQL specification, pull request 1208), by which clients learn that they may send `onError`. Like other
 * meta-fields it can be selected but is not among the fields that introspection lists; graphql-js 16 knows no way to add one.
 */
export function addServiceField(schema: GraphQLSchema): void {
  const fields = schema.getQueryType()?.getFields();
  if (fields) Object.defineProperty(fields, serviceField.name, { value: serviceField, enumerable: false });
}
