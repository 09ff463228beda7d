import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode, parse, type TypeNode } from 'graphql';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

/*
 * A field that another subgraph resolves is missing while that subgraph is down, or if it does not know the record. If the
 * field is non-null, its object becomes null, and so does everything around it that requires the object.
 */

interface ObjectType {
  readonly subgraph: string;
  readonly name: string;
  readonly fields: readonly FieldDefinitionNode[];
  /** The fields of its keys. A type without keys is not an entity. */
  readonly keys: readonly string[];
}

const root = new URL('../', import.meta.url);
const types = readSupergraphYaml().flatMap(({ name, schemaFile }) =>
  parse(readFileSync(new URL(schemaFile, root), 'utf8')).definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION ? [objectType(name, node)] : [],
  ),
);

function objectType(subgraph: string, { name, fields = [], directives = [] }: ObjectTypeDefinitionNode): ObjectType {
  const keys = directives.flatMap((directive) => {
    const given = directive.arguments?.find((argument) => argument.name.value === 'fields')?.value;
    return directive.name.value === 'key' && given?.kind === Kind.STRING ? given.value.split(/\s+/) : [];
  });
  return { subgraph, name: name.value, fields, keys };
}

const fieldName = ({ name }: FieldDefinitionNode): string => name.value;

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}

/** True if null in place of an object of this type makes more than the object null. */
function requiresObject(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE || (type.kind === Kind.LIST_TYPE && requiresObject(type.type));
}

/** The non-null fields of an entity that this subgraph leaves to others. */
function requiredOfOthers(entity: string, subgraph: string): string[] {
  const parts = types.filter(({ name, keys }) => name === entity && keys.length > 0);
  const own = parts.find((part) => part.subgraph === subgraph)?.fields.map(fieldName) ?? [];
  return parts
    .flatMap(({ fields, keys }) => fields.filter((field) => ![...own, ...keys].includes(fieldName(field))))
    .filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    .map(fieldName);
}

test('no field requires an entity with non-null fields of another subgraph', () => {
  const faults = types.flatMap(({ subgraph, name, fields }) =>
    fields
      .filter(({ type }) => requiresObject(type))
      .map((field) => ({
        field: `${name}.${fieldName(field)}`,
        needs: requiredOfOthers(typeName(field.type), subgraph),
      }))
      .filter(({ needs }) => needs.length > 0),
  );
  expect(faults).toEqual([]);
});
