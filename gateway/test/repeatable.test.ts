import { describe, expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import { isRepeatable } from '../pipeline/repeatable.ts';

function repeatable(source: string, variables: Record<string, unknown> = {}): boolean {
  const document = parse(source);
  return isRepeatable({ document, operation: document.definitions[0] as OperationDefinitionNode, variables });
}

describe('an operation may be repeated', () => {
  test.each([
    ['a query', '{ people { name } }'],
    ['a key in the input', 'mutation { pay(input: { amount: 1, idempotencyKey: "k" }) { id } }'],
    ['a key as an argument', 'mutation { pay(amount: 1, idempotencyKey: "k") { id } }'],
    ['a key as a variable', 'mutation($k: String) { pay(input: { idempotencyKey: $k }) { id } }'],
    ['a key in a variable', 'mutation($i: In!) { pay(input: $i) { id } }'],
    [
      'a key as the default of a variable',
      'mutation($key: String = "k") { pay(input: { idempotencyKey: $key }) { id } }',
    ],
    ['a key at each field', 'mutation($k: String) { __typename a(idempotencyKey: $k) ... { b(idempotencyKey: $k) } }'],
  ])('%s', (_, source) => {
    expect(repeatable(source, { k: 'k', i: { idempotencyKey: 'k' } })).toBe(true);
  });

  test.each([
    ['no key', 'mutation { pay(input: { amount: 1 }) { id } }'],
    ['a key that is null', 'mutation { pay(input: { idempotencyKey: null }) { id } }'],
    ['a variable that was not given', 'mutation($k: String) { pay(input: { idempotencyKey: $k }) { id } }'],
    ['a field without a key beside one with it', 'mutation { a(idempotencyKey: "k") b }'],
    ['a field without a key in a fragment', 'mutation { a(idempotencyKey: "k") ...F } fragment F on Mutation { b }'],
  ])('but not with %s', (_, source) => {
    expect(repeatable(source)).toBe(false);
  });
});
