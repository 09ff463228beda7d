import { describe, expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import type { ErrorCode } from '#shared/errors/errors.ts';
import type { PublicError } from '../errors/public-error.ts';
import { carryKey } from '../pipeline/once/carry-key.ts';
import { effectOf } from '../pipeline/once/effect.ts';
import type { Checked } from '../pipeline/stages.ts';

function checked(source: string, variables: object = {}): Checked {
  const document = parse(source);
  const onceTraits = { secretResults: new Set(), keyedInputs: new Set(['BookInput']) };
  const operation = document.definitions[0] as OperationDefinitionNode;
  // The functions under test read no other parts.
  return { document, operation, variables, generation: { onceTraits } } as unknown as Checked;
}

describe('the change of a mutation', () => {
  const two = checked('mutation { a: book ...Rest __typename } fragment Rest on Mutation { b: book }');
  const error = (code: ErrorCode, path?: PublicError['path'], retryable = false): PublicError => ({
    message: code,
    ...(path && { path }),
    extensions: { code, retryable, requestId: 'r' },
  });
  const refused = (field: string) => error('FORBIDDEN', [field]);
  const away = (field: string) => error('SUBGRAPH_CIRCUIT_OPEN', [field], true);

  test.each<[string, PublicError[]]>([
    ['there is no error', []],
    ['one of two root fields has no error, although its null may be the whole data', [away('b')]],
    ['an error lies below a root field', [away('a'), error('SUBGRAPH_CIRCUIT_OPEN', ['b', 'shipment'], true)]],
    ['the outcome of a root field is unknown', [away('a'), error('OUTCOME_UNKNOWN', ['b'])]],
    ['an error has no path', [error('SERVICE_UNAVAILABLE', undefined, true)]],
  ])('is known if %s', (_case, errors) => {
    expect(effectOf(two, { errors })).toBe('known');
  });

  test('was not made if each root field was refused', () => {
    expect(effectOf(two, { errors: [refused('a'), refused('b')] })).toBe('none');
  });

  test('may still be made if each root field was refused or may be tried again', () => {
    expect(effectOf(two, { errors: [refused('a'), away('b')] })).toBe('open');
  });

  test('may have been made if all is null because time ran out below a root field', () => {
    const late = error('GATEWAY_TIMEOUT', ['b', 'shipment', 'stops'], true);
    expect(effectOf(two, { errors: [late], failureStatus: 504 })).toBe('unread');
    expect(effectOf(two, { errors: [away('a'), late], failureStatus: 503 })).toBe('unread');
    expect(effectOf(two, { errors: [late] })).toBe('known'); // the data show the change
    expect(effectOf(two, { errors: [error('OUTCOME_UNKNOWN', ['b'])], failureStatus: 504 })).toBe('known');
    expect(effectOf(two, { errors: [error('GATEWAY_TIMEOUT', ['a'], true), away('b')], failureStatus: 503 })).toBe(
      'open',
    );
  });
});

describe('the gateway sends a key of its own along', () => {
  const book = 'mutation($i: BookInput!) { book(input: $i) { id } }';

  test('if each root field takes its input from a variable', () => {
    const source = 'mutation($i: BookInput!, $j: BookInput) { book(input: $i) { id } other: book(input: $j) { id } }';
    const carried = carryKey(checked(source, { i: { id: 1 }, j: { id: 2 } }), 'call');
    expect(carried?.variables).toEqual({
      i: { id: 1, idempotencyKey: 'call.0' },
      j: { id: 2, idempotencyKey: 'call.1' },
    });
  });

  test('unless the client sends one itself', () => {
    const own = { i: { id: 1, idempotencyKey: 'my-own-key' } };
    expect(carryKey(checked(book, own), 'call')?.variables).toEqual(own);
  });

  test.each<[string, string, object]>([
    ['an input is part of the document', 'mutation { book(input: { id: 1 }) { id } }', {}],
    [
      'two fields share a variable',
      `mutation($i: BookInput!) { a: book(input: $i) { id } b: book(input: $i) { id } }`,
      { i: {} },
    ],
    ['an input has no key', 'mutation($i: OtherInput!) { book(input: $i) { id } }', { i: {} }],
    ['an input is a list', 'mutation($i: [BookInput!]!) { book(input: $i) { id } }', { i: [{}] }],
    ['a variable is absent', 'mutation($i: BookInput = {}) { book(input: $i) { id } }', {}],
    ['one of two fields has none', 'mutation($i: BookInput!) { book(input: $i) { id } close }', { i: {} }],
  ])('but not if %s', (_case, source, variables) => {
    expect(carryKey(checked(source, variables), 'call')).toBeUndefined();
  });
});
