import { type GraphQLSchema, isAbstractType, isEnumType } from 'graphql';

/** The names of enum values and object types that clients may not see, by the visible enum, interface or union that has them. */
export type HiddenNames = ReadonlyMap<string, ReadonlySet<string>>;

/** Finds the names that `@inaccessible` hides inside visible types. */
export function hiddenNames(fullSchema: GraphQLSchema, apiSchema: GraphQLSchema): HiddenNames {
  const hidden = new Map<string, ReadonlySet<string>>();
  for (const type of Object.values(apiSchema.getTypeMap())) {
    const visible = new Set(namesIn(apiSchema, type.name));
    const names = namesIn(fullSchema, type.name).filter((name) => !visible.has(name));
    if (names.length > 0) hidden.set(type.name, new Set(names));
  }
  return hidden;
}

function namesIn(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  if (isEnumType(type)) return type.getValues().map((value) => value.name);
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((object) => object.name) : [];
}
