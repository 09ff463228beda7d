import { type GraphQLSchema, isAbstractType, isEnumType } from 'graphql';

/** For enums, interfaces and unions that clients see in part: the names of the values or object types they don't. */
export type HiddenNames = ReadonlyMap<string, ReadonlySet<string>>;

/** What `@inaccessible` hides of types that are themselves visible. */
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
