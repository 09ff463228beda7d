import { holds } from './guards.ts';
import { maxCost } from './list-length.ts';
import type { CostProgram, PricedField, PricedOption, PricedSelection } from './program.ts';
import type { Variables } from './variables.ts';

/** Computes the cost of an operation with these variables, at most `maxCost`. */
export function evaluate({ root, steps, results }: CostProgram, variables: Variables): number {
  for (const { options, slot } of steps) {
    let highestCost = 0;
    for (const option of options) highestCost = Math.max(highestCost, optionCost(option, variables, results));
    results[slot] = highestCost;
  }
  return selectionCost(root, results);
}

function selectionCost({ constant, slot }: PricedSelection, results: ArrayLike<number>): number {
  return slot === -1 ? constant : (results[slot] ?? 0);
}

export function optionCost(
  { constant, varying }: Pick<PricedOption, 'constant' | 'varying'>,
  variables: Variables,
  results: ArrayLike<number>,
): number {
  let cost = constant;
  for (const field of varying) cost += fieldCost(field, variables, results);
  return Math.min(cost, maxCost);
}

/** @param results costs of the selections that depend on variables, by slot */
export function fieldCost(
  { guards, weight, length, input, selection }: PricedField,
  variables: Variables,
  results: ArrayLike<number>,
): number {
  if (guards.length > 0 && !guards.some((guard) => holds(guard, variables))) return 0;
  const count = typeof length === 'number' ? length : length(variables);
  const given = typeof input === 'number' ? input : input(variables);
  return Math.min(given + count * (weight + selectionCost(selection, results)), maxCost);
}
