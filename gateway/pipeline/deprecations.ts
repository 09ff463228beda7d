import { type DocumentNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** A deprecated part of the schema that a document uses. */
export interface Deprecation {
  /** `Type.field`, `Type.field.argument`, `Input.field` or `Enum.VALUE`. */
  readonly coordinate: string;
  readonly reason: string;
}

/** Lists the deprecated fields, arguments, input fields and enum values that a valid document uses, each once. */
export function findDeprecations(schema: GraphQLSchema, document: DocumentNode): Deprecation[] {
  const reasons = new Map<string, string>();
  const types = new TypeInfo(schema);
  const add = (coordinate: string, reason: string | null | undefined): void => {
    if (typeof reason === 'string') reasons.set(coordinate, reason);
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD]() {
        const field = types.getFieldDef();
        if (field) add(`${types.getParentType()?.name}.${field.name}`, field.deprecationReason);
      },
      [Kind.ARGUMENT]() {
        const argument = types.getArgument();
        if (!argument) return;
        add(`${types.getParentType()?.name}.${types.getFieldDef()?.name}.${argument.name}`, argument.deprecationReason);
      },
      [Kind.OBJECT_FIELD](node) {
        const input = types.getParentInputType();
        if (!input || !('getFields' in input)) return;
        add(`${input.name}.${node.name.value}`, input.getFields()[node.name.value]?.deprecationReason);
      },
      [Kind.ENUM]() {
        const value = types.getEnumValue();
        const type = types.getInputType();
        if (value && type) add(`${String(type).replace(/[![\]]/g, '')}.${value.name}`, value.deprecationReason);
      },
    }),
  );
  return [...reasons].map(([coordinate, reason]) => ({ coordinate, reason }));
}
