import {
  type GraphQLField,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLSchema,
  GraphQLString,
} from 'graphql';

/** The meta-fields of the query root. The engine resolves them itself. */
export const metaFields: ReadonlySet<string> = new Set(['__schema', '__type', '__service']);

const capabilities = [{ identifier: 'graphql.onError', value: null }];

const capabilityType = new GraphQLObjectType({
  name: '__Capability',
  description: 'Something that this service can do beyond the type system.',
  fields: {
    identifier: { type: new GraphQLNonNull(GraphQLString), description: 'The name of the capability.' },
    description: {
      type: GraphQLString,
      description: 'A description of the capability, if it has one.',
      resolve: () => null,
    },
    value: { type: GraphQLString, description: 'The value of the capability, if it has one.' },
  },
});

const serviceType = new GraphQLObjectType({
  name: '__Service',
  description: 'What this service can do.',
  fields: {
    capabilities: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(capabilityType))),
      description: 'The capabilities of this service.',
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
 * Adds the meta-field `__service` (GraphQL specification, pull request 1208), which tells clients that they may send `onError`. Like other
 * meta-fields it can be selected, but introspection doesn't list it. Clients find out whether it exists by `__type(name: "__Service")`. The list
 * `__schema.types` doesn't contain its types, because tools with graphql-js 16 reject a schema that has unknown names with two underscores.
 * graphql-js 16 has no API to add a meta-field or hidden types.
 */
export function addServiceField(schema: GraphQLSchema): void {
  const fields = schema.getQueryType()?.getFields();
  if (!fields) return;
  Object.defineProperty(fields, serviceField.name, { value: serviceField, enumerable: false });
  for (const type of [serviceType, capabilityType]) {
    Object.defineProperty(schema.getTypeMap(), type.name, { value: type, enumerable: false });
  }
}
