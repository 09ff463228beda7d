import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '#shared/test/random.ts';
import { holdsInexact, parseJson, rounded } from '../values/exact-numbers.ts';

const parsedAndWritten = (text: string): string => JSON.stringify(parseJson(Buffer.from(text), 'all'));

describe('numbers in JSON', () => {
  test.each([
    ['beyond 2^53', '9007199254740993'],
    ['far beyond', '-123456789012345678901234567890'],
    ['with more digits than a double has', '12345678901.2345678901'],
    ['beyond the range of a double', '1e400'],
    ['too close to zero for a double', '1E-400'],
    ['of thousands of digits', '7'.repeat(5_000)],
  ])('%s are written as they were read', (_, number) => {
    for (const text of [
      number,
      `[1,${number}]`,
      `{"a":{"b":[${number}]}}`,
      `{"é\u{1f69a}":${number},"c":"${number}"}`,
    ]) {
      expect(parsedAndWritten(text)).toBe(text);
    }
  });

  test.each([
    ['1.0', '1'],
    ['1.10', '1.1'],
    ['1E5', '100000'],
    ['-0', '0'],
    ['1.00000000000000000000', '1'],
    ['0.1', '0.1'],
    ['9007199254740992', '9007199254740992'],
    ['0.30000000000000004', '0.30000000000000004'],
  ])('that a double can hold are doubles: %s', (number, written) => {
    expect(parsedAndWritten(`[${number}]`)).toBe(`[${written}]`);
    expect(parseJson(Buffer.from(`[${number}]`), 'all')).toEqual([Number(number)]);
  });

  test('beyond the range of a double become Infinity when only rounded numbers are kept exactly', () => {
    expect(parseJson(Buffer.from('[1e400]'), 'rounded')).toEqual([Number.POSITIVE_INFINITY]);
    expect(JSON.stringify(parseJson(Buffer.from('[9007199254740993]'), 'rounded'))).toBe('[9007199254740993]');
  });

  test('inside strings stay strings', () => {
    const text = '{"a":"9007199254740993","b":" 9007199254740993 ","c":"[9007199254740993]"}';
    expect(parseJson(Buffer.from(text), 'all')).toEqual(JSON.parse(text));
  });

  test('that doubles can hold do not need the slow parser', () => {
    const doubles = fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()));
    fc.assert(
      fc.property(doubles, (numbers) => {
        expect(holdsInexact(Buffer.from(JSON.stringify(numbers)), 'all')).toBe(false);
      }),
      { numRuns: runs(200) },
    );
  });

  test('are written as they were read at any position', () => {
    const digits = fc.stringMatching(/^[1-9]\d{15,30}$/);
    const decimal = fc.tuple(digits, fc.nat(20)).map(([text, at]) => `${text.slice(0, at + 1)}.${text.slice(at + 1)}1`);
    const value = fc.oneof(digits, decimal, fc.constant('1'), fc.json());
    fc.assert(
      fc.property(fc.array(value), fc.string(), (values, filling) => {
        const text = `{${JSON.stringify(filling)}:[${values.join(',')}]}`;
        const isEqual = equalValues(parsedAndWritten(text), text);
        expect({ text, isEqual }).toEqual({ text, isEqual: true });
      }),
      { numRuns: runs(200) },
    );
  });

  test('can be rounded for code that only handles doubles', () => {
    const text = '{"a":[9007199254740993,{"b":1}],"c":null}';
    expect(rounded(parseJson(Buffer.from(text), 'all'))).toEqual({ a: [9007199254740992, { b: 1 }], c: null });
  });
});

/** Whether two JSON texts have equal values. Long numbers are compared as texts. */
function equalValues(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) =>
    JSON.stringify(
      JSON.parse(text, (_key, value, { source }) =>
        typeof value === 'number' && source !== undefined && source.length > 15 ? `number ${source}` : value,
      ),
    ),
  );
  return left === right;
}
