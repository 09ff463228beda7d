import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import type { BaseContext } from './context.ts';
import { never } from './execution.ts';

type Resolver = GraphQLFieldResolver<unknown, BaseContext>;

/** Passes the value of every field of objects to the execution of its request, which counts them and can end early. */
export function meterFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (isCompositeType(getNamedType(field.type))) field.resolve = metered(field.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
}

function metered(resolve: Resolver): Resolver {
  return (parent, args, context, info) => {
    const { execution } = context;
    if (execution.signal.aborted) return never();
    const value: unknown = resolve(parent, args, context, info);
    if (!isPromise(value)) return execution.admit(value);
    return value.then(
      (settled) => execution.admit(settled),
      (error: unknown) => (execution.signal.aborted ? never() : Promise.reject(error)),
    );
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
