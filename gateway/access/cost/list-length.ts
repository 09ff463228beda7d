import { type FieldNode, type GraphQLField, Kind } from 'graphql';
import { GraphError } from '#shared/errors/errors.ts';
import { argumentValue } from '../../engine/document/arguments.ts';
import type { ListSize } from './model.ts';
import { type VariableSource, type Variables, variableValue } from './variables.ts';

/** Number of elements of a list, or a function that computes it from the variables. */
export type ListLength = number | ((variables: Variables) => number);

/** Upper bound of costs and lengths. */
export const maxCost = Number.MAX_SAFE_INTEGER;

/** Finds how many elements `@listSize` allows for a field of an operation. */
export function listLength(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  listSize: ListSize,
  assumedListSize: number,
  variables: ReadonlyMap<string, VariableSource>,
): ListLength {
  const { slicingArguments, requireOneSlicingArgument } = listSize;
  const assumed = listSize.assumedSize ?? assumedListSize;
  if (slicingArguments.length === 0) return assumed;
  const given = slicingArguments.map((name) => ({
    value: givenLength(node, name, variables),
    byDefault: toSize(field.args.find((argument) => argument.name === name)?.defaultValue),
  }));
  const length = (values: Variables): number => {
    let stated = 0;
    let longest: number | undefined;
    for (const { value, byDefault } of given) {
      const sent = isVariable(value) ? variableValue(value, values) : value;
      const size = sent === undefined ? byDefault : toSize(sent);
      if (sent !== undefined && size !== undefined) stated += 1;
      if (size !== undefined) longest = Math.max(longest ?? 0, size);
    }
    if (requireOneSlicingArgument && stated !== 1) throw notOneArgument(field.name, slicingArguments, stated);
    return longest ?? assumed;
  };
  return given.some(({ value }) => isVariable(value)) ? length : length({});
}

/** Reads the value of an argument: a number, a variable, or null for any other value; undefined if it is not given. */
export function givenLength(
  node: FieldNode,
  name: string,
  variables: ReadonlyMap<string, VariableSource>,
): number | VariableSource | null | undefined {
  const value = argumentValue(node, name);
  if (value?.kind === Kind.VARIABLE) return variables.get(value.name.value);
  if (value?.kind === Kind.INT) return Number(value.value);
  return value && null;
}

function isVariable(value: number | VariableSource | null | undefined): value is VariableSource {
  return typeof value === 'object' && value !== null;
}

function toSize(value: unknown): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  return Math.min(Math.max(value, 0), maxCost);
}

function notOneArgument(field: string, slicingArguments: readonly string[], given: number): GraphError {
  const names = slicingArguments.map((name) => `"${name}"`).join(', ');
  return new GraphError('BAD_USER_INPUT', `"${field}" takes exactly one of ${names}; the operation gives ${given}.`);
}
