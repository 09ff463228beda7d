import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { CostModel } from './model.ts';
import { type VariableSource, type Variables, variableValue } from './variables.ts';

/** Computes the cost of a field's arguments by `@cost`. */
export function inputCost(
  model: CostModel,
  parent: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: ReadonlyMap<string, VariableSource>,
): number | ((variables: Variables) => number) {
  const { argumentWeights } = model.costOf(parent, field);
  if (argumentWeights.size === 0 && !model.hasInputWeights) return 0;
  const given = (node.arguments ?? []).flatMap(({ name, value }) => {
    const argument = field.args.find((candidate) => candidate.name === name.value);
    return argument ? [{ argument, value, used: variablesIn(value, variables) }] : [];
  });
  const cost = (values: Variables): number => {
    let total = 0;
    for (const { argument, value, used } of given) {
      const known = Object.fromEntries(used.map((source) => [source.name, variableValue(source, values)]));
      const input: unknown = valueFromASTUntyped(value, known);
      if (input === undefined) continue;
      total += (argumentWeights.get(argument.name) ?? 0) + valueCost(model, argument.type, input);
    }
    return total;
  };
  return given.some(({ used }) => used.length > 0) ? cost : cost({});
}

function valueCost(model: CostModel, type: GraphQLInputType, value: unknown): number {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.reduce((sum: number, item) => sum + valueCost(model, inner.ofType, item), 0);
  }
  if (!isInputObjectType(inner) || typeof value !== 'object' || value === null) return 0;
  let total = 0;
  for (const [name, field] of Object.entries(inner.getFields())) {
    const item: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined; // any object
    if (item !== undefined) total += model.inputWeight(inner.name, name) + valueCost(model, field.type, item);
  }
  return total;
}

function variablesIn(
  value: Parameters<typeof valueFromASTUntyped>[0],
  variables: ReadonlyMap<string, VariableSource>,
): VariableSource[] {
  const used: VariableSource[] = [];
  visit(value, {
    [Kind.VARIABLE](node) {
      const source = variables.get(node.name.value);
      if (source) used.push(source);
    },
  });
  return used;
}
