import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNullableType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql';
import type { BaseContext } from './context.ts';

/**
 * Limits the lists of a schema to their `@listSize(assumedSize:)`. The gateway computes costs from it, so longer lists in
 * the database must be cut. Lists with slicing arguments are exempt, because their resolvers check the arguments.
 */
export function boundLists(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const most = mostElements(field);
      if (most !== undefined) bound(field, most);
    }
  }
  return schema;
}

function bound(field: GraphQLField<unknown, BaseContext>, most: number): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  const cut = (value: unknown) => (Array.isArray(value) && value.length > most ? value.slice(0, most) : value);
  field.resolve = (...call) => {
    const value: unknown = resolve(...call);
    return value instanceof Promise ? value.then(cut) : cut(value);
  };
}

/** The maximum length in the SDL of a list without slicing arguments. */
function mostElements({ type, astNode }: GraphQLField<unknown, BaseContext>): number | undefined {
  const listSize = astNode?.directives?.find(({ name }) => name.value === 'listSize');
  if (!listSize || !isListType(getNullableType(type)) || argument(listSize, 'slicingArguments')) return undefined;
  const size = argument(listSize, 'assumedSize')?.value;
  return size?.kind === Kind.INT ? Number(size.value) : undefined;
}

function argument(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find((candidate) => candidate.name.value === name);
}
