import type { GraphQLSchema } from 'graphql';
import { withoutNonNull } from './without-non-null.ts';

const copies = new WeakMap<GraphQLSchema, GraphQLSchema>();

/**
 * Returns the schema that executes a request with this parameter `onError` (GraphQL specification, pull request 1163). With `NULL` errors do not
 * propagate: only the field with an error becomes null. graphql-js 16 does not know the parameter, but executes so where no type is non-null.
 * The gateway sends `NULL` or nothing, and refuses other values of clients itself.
 */
export function schemaFor(onError: unknown, schema: GraphQLSchema): GraphQLSchema {
  if (onError !== 'NULL') return schema;
  const known = copies.get(schema);
  if (known) return known;
  const copy = withoutNonNull(schema);
  copies.set(schema, copy);
  return copy;
}

/** Reads the parameter from the body of a request. */
export function onErrorOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'onError' in body ? body.onError : undefined;
}
