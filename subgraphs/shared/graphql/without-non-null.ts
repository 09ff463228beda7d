import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  type GraphQLFieldResolver,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLUnionType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Fields = GraphQLFieldConfigMap<unknown, unknown>;

/**
 * Copies a schema with the same resolvers, inputs and scalars, but without non-null output types. An error then leaves one null, at its own
 * position. A resolver that returns null for a field or an item that was non-null still causes an error there.
 */
export function withoutNonNull(schema: GraphQLSchema): GraphQLSchema {
  const copies = new Map<GraphQLNamedType, GraphQLNamedType>();
  for (const type of Object.values(schema.getTypeMap())) copies.set(type, copyType(type));
  const { query, mutation, subscription, ...config } = schema.toConfig();
  return new GraphQLSchema({
    ...config,
    query: query && copyOf(query),
    mutation: mutation && copyOf(mutation),
    subscription: subscription && copyOf(subscription),
    types: [...copies.values()],
    assumeValid: true, // as valid as the original
  });

  function copyType(type: GraphQLNamedType): GraphQLNamedType {
    if (isIntrospectionType(type)) return type;
    if (isObjectType(type)) {
      const given = type.toConfig();
      return new GraphQLObjectType({
        ...given,
        fields: () => copyFields(type.name, given.fields),
        interfaces: () => given.interfaces.map(copyOf),
      });
    }
    if (isInterfaceType(type)) {
      const given = type.toConfig();
      return new GraphQLInterfaceType({
        ...given,
        fields: () => copyFields(type.name, given.fields),
        interfaces: () => given.interfaces.map(copyOf),
      });
    }
    if (!isUnionType(type)) return type;
    const given = type.toConfig();
    return new GraphQLUnionType({ ...given, types: () => given.types.map(copyOf) });
  }

  function copyFields(typename: string, fields: Fields): Fields {
    return Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, copyField(`${typename}.${name}`, field)]),
    );
  }

  function copyField(
    coordinate: string,
    field: GraphQLFieldConfig<unknown, unknown>,
  ): GraphQLFieldConfig<unknown, unknown> {
    const type = nullable(field.type);
    const required = requiredValue(field.type, coordinate);
    return required
      ? { ...field, type, resolve: checked(field.resolve ?? defaultFieldResolver, required) }
      : { ...field, type };
  }

  function nullable(type: GraphQLOutputType): GraphQLOutputType {
    if (isNonNullType(type)) return nullable(type.ofType);
    return isListType(type) ? new GraphQLList(nullable(type.ofType)) : copyOf(type);
  }

  /** Returns the copy of a type. It is of the same kind. */
  function copyOf<T extends GraphQLNamedType>(type: T): T {
    return copies.get(type) as T;
  }
}

/** Returns a value as it is, or an error instead of null where the original type is non-null. graphql-js reports errors among the items of a list. */
type RequiredValue = (value: unknown) => unknown;

/** @returns undefined for a type without non-null parts */
function requiredValue(type: GraphQLOutputType, coordinate: string): RequiredValue | undefined {
  if (isNonNullType(type)) {
    const inner = requiredValue(type.ofType, coordinate);
    return (value) => {
      if (value === null || value === undefined) return missing(coordinate);
      return inner ? inner(value) : value;
    };
  }
  if (!isListType(type)) return undefined;
  const item = requiredValue(type.ofType, coordinate);
  return item && ((value) => (isIterable(value) ? Array.from(value, (each) => settled(each, item)) : value));
}

function checked(resolve: Resolver, required: RequiredValue): Resolver {
  return (parent, args, context, info) => settled(resolve(parent, args, context, info), required);
}

function settled(value: unknown, required: RequiredValue): unknown {
  return isPromise(value) ? value.then(required) : required(value);
}

function missing(coordinate: string): GraphQLError {
  return new GraphQLError(`Cannot return null for non-nullable field ${coordinate}.`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
