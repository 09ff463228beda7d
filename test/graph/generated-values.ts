import { createHash } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  parse,
} from 'graphql';

/** An object of the generated world. Entities are identified by `id`, other objects by their path. */
interface GeneratedObject {
  readonly __typename: string;
  readonly id: string;
}

/** Where `@apollo/subgraph` looks for `__resolveReference`. */
interface ReferencedType extends GraphQLObjectType {
  resolveReference?: (reference: GeneratedObject) => unknown;
}

const isPlumbing = (name: string): boolean => name.startsWith('_');

/**
 * Resolvers whose results depend on type, id, field and arguments only, in every subgraph: values, lists of up to three, nulls where the
 * schema allows them, and sometimes an error. References to entities are resolved, not found, or fail.
 */
export function generatedSubgraph(name: string, sdl: string): GraphQLSchema {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isPlumbing(type.name)) continue;
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
    for (const field of Object.values(type.getFields())) {
      if (isPlumbing(field.name)) continue;
      field.resolve = (parent: GeneratedObject | undefined, args: object, _context: unknown, info) =>
        resolveField(parent ?? { __typename: type.name, id: '' }, field, args, info);
    }
    if (!isRoot) (type as ReferencedType).resolveReference = (reference) => resolveReference(name, reference);
  }
  return schema;
}

function resolveReference(subgraph: string, { __typename, id }: GeneratedObject): GeneratedObject | null {
  const chance = number(subgraph, __typename, id);
  if (chance % 41 === 0) throw new GraphQLError(`${__typename} ${id} can't be read`);
  return chance % 11 === 0 ? null : { __typename, id };
}

function resolveField(
  { __typename, id }: GeneratedObject,
  { name, type }: GraphQLField<unknown, unknown>,
  args: object,
  { schema }: GraphQLResolveInfo,
): unknown {
  if (name === 'id') return id;
  const place = `${__typename}/${id}/${name}${JSON.stringify(args)}`;
  if (number('error', place) % (isNonNullType(type) ? 150 : 40) === 0) throw new GraphQLError(`no ${name}`);
  return fieldValue(type, place, schema);
}

function fieldValue(type: GraphQLOutputType, place: string, schema: GraphQLSchema): unknown {
  if (isNonNullType(type)) return presentValue(type.ofType, place, schema);
  return number('null', place) % 8 === 0 ? null : presentValue(type, place, schema);
}

function presentValue(type: GraphQLOutputType, place: string, schema: GraphQLSchema): unknown {
  const chance = number('value', place);
  if (isNonNullType(type)) return presentValue(type.ofType, place, schema);
  if (isListType(type)) {
    return Array.from({ length: chance % 4 }, (_, index) => fieldValue(type.ofType, `${place}[${index}]`, schema));
  }
  if (isEnumType(type)) {
    const values = type.getValues();
    return values[chance % values.length]?.value;
  }
  if (isScalarType(type)) return scalar(type.name, chance);
  const object = isObjectType(type) ? type : possibleType(type, chance, schema);
  // Few ids per type, so that one entity occurs at several places.
  const isEntity = (object as ReferencedType).resolveReference !== undefined;
  const id = isEntity ? String(chance % 12) : createHash('sha1').update(place).digest('hex').slice(0, 8);
  return { __typename: object.name, id };
}

function possibleType(type: GraphQLAbstractType, chance: number, schema: GraphQLSchema) {
  const possible = [...schema.getPossibleTypes(type)].sort((one, other) => (one.name < other.name ? -1 : 1));
  return possible[chance % possible.length]!;
}

function scalar(name: string, chance: number): unknown {
  switch (name) {
    case 'Int':
      return chance % 1000;
    case 'Float':
      return (chance % 1000) / 8;
    case 'Boolean':
      return chance % 2 === 0;
    case 'ID':
      return String(chance % 12);
    default:
      return `${name} "${chance % 100}"`;
  }
}

function number(...parts: string[]): number {
  return createHash('sha1').update(parts.join('\n')).digest().readUInt32BE(0);
}
