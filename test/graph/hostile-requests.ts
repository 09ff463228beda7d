import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { hostileValues } from './hostile-values.ts';

type Field = GraphQLField<unknown, unknown>;
type Variables = Record<string, unknown>;
/** A path to a scalar inside the arguments of a field. */
type Slot = readonly (string | number)[];

/** A valid value for an argument or input field of a root or entity field. Undefined leaves the choice to the type. */
export type ProperValues = (field: string, name: string) => unknown;

/** A field with arguments to attack. */
export interface Target {
  /** Such as `Query.shipments`. */
  readonly coordinate: string;
  readonly field: string;
  readonly operation: string;
  /** Valid arguments. */
  readonly properVariables: () => Variables;
  readonly attacks: readonly Attack[];
}

/** The valid arguments with one hostile value. */
export interface Attack {
  /** Such as `filter.search = "\u0000"`. */
  readonly title: string;
  readonly variables: () => Variables;
}

/**
 * Every field with arguments, at the root and on the types of `holders`. Every scalar in its arguments takes each hostile value
 * of its type once.
 * @param holders operation text around a field by the name of its type, with `%` in the field's place
 */
export function targetsOf(
  schema: GraphQLSchema,
  holders: Readonly<Record<string, string>>,
  proper: ProperValues,
): Target[] {
  const ways = { Query: 'query { % }', Mutation: 'mutation { % }', ...holders };
  return Object.entries(ways).flatMap(([type, way]) =>
    fieldsWithArguments(schema, type).map((field) => targetOf(type, field, way, proper)),
  );
}

function fieldsWithArguments(schema: GraphQLSchema, name: string): Field[] {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`The schema has no object type ${name}`);
  return Object.values(type.getFields()).filter(({ args }) => args.length > 0);
}

function targetOf(type: string, field: Field, way: string, proper: ProperValues): Target {
  const properVariables = () => requiredOf(field.args, field.name, proper);
  const slots = field.args.flatMap((argument) => slotsOf(argument.type, [argument.name]));
  return {
    coordinate: `${type}.${field.name}`,
    field: field.name,
    operation: operationOf(field, way),
    properVariables,
    attacks: [
      ...slots.flatMap(({ slot, kind }, nth) =>
        hostileValues(kind, nth).map((value) => ({
          title: `${slot.join('.')} = ${JSON.stringify(value).slice(0, 60)}`,
          variables: () => put(properVariables(), slot, value, field, proper),
        })),
      ),
      ...field.args.flatMap((argument) =>
        listsOf(argument.type, [argument.name]).map(({ slot, of }) => ({
          title: `${slot.join('.')} of ${listLength}`,
          variables: () => {
            const one = properValue(of, field.name, String(slot.at(-1)), proper);
            return put(properVariables(), slot, Array(listLength).fill(one), field, proper);
          },
        })),
      ),
    ],
  };
}

/** Longer than any list that the graph accepts. */
const listLength = 10_000;

function operationOf(field: Field, way: string): string {
  const definitions = field.args.map(({ name, type, defaultValue }) =>
    // A variable with a default may be omitted.
    defaultValue === undefined ? `$${name}: ${type}` : `$${name}: ${getNullableType(type)}`,
  );
  const call = `${field.name}(${field.args.map(({ name }) => `${name}: $${name}`).join(', ')})`;
  return way.replace('{', `Attack(${definitions.join(', ')}) {`).replace('%', `${call} ${selectionOf(field.type)}`);
}

/** The plain fields of a type, those of its list or connection, and those of the entity in a payload. */
function selectionOf(type: GraphQLOutputType, depth = 0): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (!isObjectType(named)) return '{ __typename }';
  const fields = Object.values(named.getFields()).filter(({ args }) => args.length === 0);
  const plain = fields.filter((field) => isLeafType(getNamedType(field.type))).map(({ name }) => name);
  const below = fields
    .filter((field) => !isLeafType(getNamedType(field.type)))
    .filter(({ name }) => depth < 1 && (['nodes', 'pageInfo'].includes(name) || named.name.endsWith('Payload')))
    .map((field) => `${field.name} ${selectionOf(field.type, depth + 1)}`);
  return `{ __typename ${[...plain, ...below].join(' ')} }`;
}

function slotsOf(type: GraphQLInputType, slot: Slot): { slot: Slot; kind: string }[] {
  if (isNonNullType(type)) return slotsOf(type.ofType, slot);
  if (isListType(type)) return slotsOf(type.ofType, [...slot, 0]);
  if (isEnumType(type)) return [];
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) => slotsOf(field.type, [...slot, field.name]));
  }
  const name = slot.at(-1);
  return [{ slot, kind: name === 'after' || name === 'before' ? 'cursor' : type.name }];
}

/** Every list in the arguments, with the type of its elements. */
function listsOf(type: GraphQLInputType, slot: Slot): { slot: Slot; of: GraphQLInputType }[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [{ slot, of: nullable.ofType }];
  if (!isInputObjectType(nullable)) return [];
  return Object.values(nullable.getFields()).flatMap((field) => listsOf(field.type, [...slot, field.name]));
}

type Input = Pick<GraphQLArgument, 'name' | 'type' | 'defaultValue'>;

/** Required inputs, and those with a valid value. */
function requiredOf(inputs: readonly Input[], field: string, proper: ProperValues): Variables {
  const needed = inputs.filter(
    ({ name, type, defaultValue }) =>
      (isNonNullType(type) && defaultValue === undefined) || proper(field, name) !== undefined,
  );
  return Object.fromEntries(needed.map(({ name, type }) => [name, properValue(type, field, name, proper)]));
}

function properValue(type: GraphQLInputType, field: string, name: string, proper: ProperValues): unknown {
  const given = proper(field, name);
  if (given !== undefined) return given;
  if (isNonNullType(type)) return properValue(type.ofType, field, name, proper);
  if (isListType(type)) return [properValue(type.ofType, field, name, proper)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) return requiredOf(Object.values(type.getFields()), field, proper);
  return properScalars[type.name]?.();
}

const properScalars: Readonly<Record<string, () => unknown>> = {
  String: () => 'Some text',
  ID: () => '01997d2e-0000-7000-8000-000000000000',
  Int: () => 1,
  Float: () => 10.5,
  Boolean: () => true,
  DateTime: () => new Date().toISOString(),
  Date: () => new Date().toISOString().slice(0, 10),
  Decimal: () => '10.00',
  CurrencyCode: () => 'USD',
};

/** Puts a value into the arguments of a field. Inputs on the way to it get valid values. */
function put(
  variables: Variables,
  [name, ...rest]: Slot,
  value: unknown,
  { name: field, args }: Field,
  proper: ProperValues,
): Variables {
  const argument = args.find((candidate) => candidate.name === name);
  if (!argument) return variables;
  const put = putInto(variables[argument.name], argument.type, rest, argument.name);
  return { ...variables, [argument.name]: put };

  function putInto(current: unknown, type: GraphQLInputType, slot: Slot, at: string): unknown {
    const [step, ...steps] = slot;
    if (step === undefined) return value;
    if (isNonNullType(type)) return putInto(current, type.ofType, slot, at);
    const present = current ?? properValue(type, field, at, proper);
    if (isListType(type)) {
      const [first, ...others] = present as unknown[];
      return [putInto(first, type.ofType, steps, at), ...others];
    }
    const inner = isInputObjectType(type) ? type.getFields()[step] : undefined;
    if (!inner) return value;
    const object = present as Variables;
    return { ...object, [step]: putInto(object[step], inner.type, steps, inner.name) };
  }
}
