import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { rootFields } from '../../pipeline/repeatable.ts';

/** Describes an operation: by the comment at the head of its text, else by the descriptions of its root fields. */
export function describeOperation(
  text: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): string {
  const comment = /^(?:\s*#.*\n?)+/
    .exec(text)?.[0]
    .replaceAll(/^\s*#\s?/gm, '')
    .trim();
  if (comment) return comment;
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const names = new Set(rootFields(operation.selectionSet, document).map(({ name }) => name.value));
  return [...names].flatMap((name) => fields[name]?.description ?? []).join('\n\n');
}

/** Finds what each variable means: the description of the argument or input field for which it is used first. */
export function describeVariables(document: DocumentNode, schema: GraphQLSchema): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const types = new TypeInfo(schema);
  let described: string | null | undefined;
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.ARGUMENT]() {
        described = types.getDirective() ? undefined : types.getArgument()?.description;
      },
      [Kind.OBJECT_FIELD](node) {
        const input = types.getParentInputType();
        described = input && 'getFields' in input ? input.getFields()[node.name.value]?.description : undefined;
      },
      [Kind.VARIABLE](node) {
        const name = node.name.value;
        if (described && !found.has(name)) found.set(name, described);
      },
      [Kind.VARIABLE_DEFINITION]: () => false,
    }),
  );
  return found;
}
