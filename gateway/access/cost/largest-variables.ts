import { type OperationDefinitionNode, print } from 'graphql';
import type { Variables } from './variables.ts';

/** Finds the variables of the most expensive run: every condition holds, and each length is the longest page, or absent where the default is longer. */
export function largestVariables(
  operation: OperationDefinitionNode,
  longestPage: number,
  priceOf: (variables: Variables) => number,
): Variables {
  const namesOf = (type: RegExp): string[] =>
    (operation.variableDefinitions ?? [])
      .filter((definition) => type.test(print(definition.type)))
      .map(({ variable }) => variable.name.value);
  const [conditions, lengths] = [namesOf(/^Boolean!?$/), namesOf(/^Int!?$/)];
  // A condition counts as met if its value is unknown.
  let largest: Variables = Object.fromEntries([
    ...conditions.map((name) => [name, null]),
    ...lengths.map((name) => [name, longestPage]),
  ]);
  for (const name of namesOf(/^Int$/)) {
    const { [name]: _length, ...absent } = largest;
    if (priceOf(absent) > priceOf(largest)) largest = absent;
  }
  return largest;
}
