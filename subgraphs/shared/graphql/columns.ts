import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
} from 'graphql';

/** The properties of a row that a field needs; null if they are unknown, so that all are read. */
export type FieldColumns = readonly string[] | null;

const columnsKey: unique symbol = Symbol('columns');
const extensionKey = 'columns';

type RowResolver<R, A, C, V> = (row: R, args: A, context: C) => V;

/**
 * Makes resolvers of the fields of a row. Each names the columns that it needs, so that a request reads no other ones (P29). A field
 * without a resolver needs the column of its name. A resolver that is not made here needs all of them.
 */
export function fieldsOf<R, C>() {
  return <const K extends keyof R & string, V, A = unknown>(
    columns: readonly K[],
    resolve: RowResolver<Pick<R, K>, A, C, V>,
  ): RowResolver<Pick<R, K>, A, C, V> =>
    Object.assign((row: Pick<R, K>, args: A, context: C) => resolve(row, args, context), { [columnsKey]: columns });
}

/** Records the columns of each field in the schema, before its resolvers are wrapped. */
export function recordColumns(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const columns: FieldColumns = field.resolve ? columnsOf(field.resolve) : [field.name];
      field.extensions = { ...field.extensions, [extensionKey]: columns };
    }
  }
  return schema;
}

/** The columns that fields of one type need; null for all. */
export function columnsOfFields(fields: Iterable<GraphQLField<unknown, unknown>>): ReadonlySet<string> | null {
  const columns = new Set<string>();
  for (const { extensions } of fields) {
    const needed = extensions[extensionKey] as FieldColumns | undefined; // set by `recordColumns`
    if (!needed) return null;
    for (const column of needed) columns.add(column);
  }
  return columns;
}

function columnsOf(resolve: GraphQLFieldResolver<unknown, never>): FieldColumns {
  // `reads` keeps them on the function.
  return (resolve as { readonly [columnsKey]?: readonly string[] })[columnsKey] ?? null;
}
