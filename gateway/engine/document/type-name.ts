import { Kind, type TypeNode } from 'graphql';

/** The name of a type reference, without the modifiers for lists and non-null. */
export function nameOfType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOfType(type.type);
}
