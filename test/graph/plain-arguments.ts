import {
  type ArgumentNode,
  type GraphQLSchema,
  getNamedType,
  isRequiredArgument,
  Kind,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Gives a random operation arguments by which it finds records: ids of records, short pages, and otherwise the defaults. Random values are
 * mostly refused.
 * @param idOf a record of the type @param length entries of a page
 */
export function withPlainArguments(
  schema: GraphQLSchema,
  source: string,
  idOf: (type: string) => string | undefined,
  length: () => number,
): string {
  const types = new TypeInfo(schema);
  const used = new Set<string>();
  const plain = visit(
    parse(source),
    visitWithTypeInfo(types, {
      Field: (node) => {
        const field = types.getFieldDef();
        const args = (field?.args ?? []).flatMap((argument): ArgumentNode[] => {
          const id = argument.name === 'id' && field ? idOf(getNamedType(field.type).name) : undefined;
          const name = { kind: Kind.NAME, value: argument.name } as const;
          if (id !== undefined) return [{ kind: Kind.ARGUMENT, name, value: { kind: Kind.STRING, value: id } }];
          if (argument.name === 'first') {
            return [{ kind: Kind.ARGUMENT, name, value: { kind: Kind.INT, value: String(length()) } }];
          }
          return isRequiredArgument(argument)
            ? (node.arguments ?? []).filter((given) => given.name.value === argument.name)
            : [];
        });
        return { ...node, arguments: args };
      },
    }),
  );
  visit(plain, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return print(
    visit(plain, { VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null) }),
  );
}
