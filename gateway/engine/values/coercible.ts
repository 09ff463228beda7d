import {
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { isExactNumber, rounded } from './exact-numbers.ts';

/**
 * A copy of the client's variables that graphql-js can check: its built-in scalars don't know `ExactNumber`. The copy is used for the check
 * only. Subgraphs get the values that the client sent.
 */
export function coercible(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const values = { ...given };
  for (const { variable, type } of definitions) {
    const name = variable.name.value;
    const declared = typeFromAST(schema, type);
    if (isInputType(declared) && Object.hasOwn(given, name)) values[name] = asDeclared(given[name], declared);
  }
  return values;
}

function asDeclared(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return asDeclared(value, type.ofType);
  if (isListType(type)) {
    return Array.isArray(value) ? value.map((item) => asDeclared(item, type.ofType)) : asDeclared(value, type.ofType);
  }
  if (isExactNumber(value)) return numberFor(type, value.rawJSON) ?? value;
  if (!isInputObjectType(type)) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = type.getFields();
  const entries = Object.entries(value).map(([key, entry]) => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return [key, field ? asDeclared(entry, field.type) : rounded(entry)];
  });
  return Object.fromEntries(entries);
}

/** The value that a built-in scalar accepts; undefined for custom scalars, which accept any JSON. */
function numberFor(type: GraphQLNamedInputType, source: string): string | number | undefined {
  if (isScalarType(type) && !isSpecifiedScalarType(type)) return undefined;
  return type.name === 'ID' && /^-?\d+$/.test(source) ? source : Number(source);
}
