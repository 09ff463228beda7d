import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';

/** A type of a schema, or a part of one, with its directives. */
export interface SchemaElement {
  /** Such as `Type`, `Type.member` and `Type.field(argument:)`. */
  readonly coordinate: string;
  readonly directives: readonly ConstDirectiveNode[];
}

/** Every element of a schema. */
export function* schemaElements({ definitions }: DocumentNode): Generator<SchemaElement> {
  for (const definition of definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const type = definition.name.value;
    yield elementAt(type, definition as Annotated); // documents of operations have no place in a schema
    const members = 'fields' in definition ? definition.fields : 'values' in definition ? definition.values : [];
    for (const member of members ?? []) {
      const coordinate = `${type}.${member.name.value}`;
      yield elementAt(coordinate, member);
      if (!('arguments' in member)) continue;
      for (const argument of member.arguments ?? [])
        yield elementAt(`${coordinate}(${argument.name.value}:)`, argument);
    }
  }
}

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

const elementAt = (coordinate: string, { directives = [] }: Annotated): SchemaElement => ({ coordinate, directives });
