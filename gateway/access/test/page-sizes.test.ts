import { describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { PageSizes } from '../cost/page-sizes.ts';
import { pricesOf } from './price-harness.ts';

const { model } = pricesOf(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
  type Query {
    boxes(first: Int, last: Int): Boxes
      @listSize(slicingArguments: ["first", "last"], assumedSize: 20, sizedFields: ["nodes"], requireOneSlicingArgument: false)
    days(last: Int! = 366): [Box!]! @listSize(slicingArguments: ["last"], requireOneSlicingArgument: false)
  }
  type Boxes { nodes: [Box!]! }
  type Box {
    id: ID!
    parts(first: Int): Boxes
      @listSize(slicingArguments: ["first"], assumedSize: 20, sizedFields: ["nodes"], requireOneSlicingArgument: false)
  }`);
const pages = new PageSizes(model);

function longestIn(source: string, variables: Record<string, unknown> = {}, name?: string) {
  const document = parse(source);
  const operation = document.definitions.find(
    (node) => node.kind === Kind.OPERATION_DEFINITION && node.name?.value === name,
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The operation is missing.');
  return pages.longest(document, operation, variables);
}

describe('the longest page of an operation', () => {
  test.each<[string, string, Record<string, unknown>, number | undefined]>([
    ['a literal', '{ boxes(first: 60) { nodes { id } } }', {}, 60],
    ['the longest of several', '{ boxes(first: 6) { nodes { id parts(first: 70) { nodes { id } } } } }', {}, 70],
    ['a variable', 'query($n: Int) { boxes(last: $n) { nodes { id } } }', { n: 80 }, 80],
    ['the default of a variable', 'query($n: Int = 90) { boxes(last: $n) { nodes { id } } }', {}, 90],
    ['in a fragment', '{ ...B } fragment B on Query { boxes(first: 55) { nodes { id } } }', {}, 55],
    ['no length', '{ boxes { nodes { id } } }', {}, undefined],
    ['null', 'query($n: Int) { boxes(first: $n) { nodes { id } } }', { n: null }, undefined],
    ['a list that is no page', '{ days(last: 300) { id } }', {}, undefined],
  ])('%s', (_case, source, variables, expected) => {
    expect(longestIn(source, variables)?.requested).toBe(expected);
  });

  test('is named by its argument', () => {
    const source = '{ boxes { nodes { parts(first: 70) { nodes { id } } } } }';
    expect(longestIn(source)).toEqual({ argument: 'Box.parts(first:)', requested: 70 });
  });

  test('does not count other operations of the document and their fragments', () => {
    const source =
      'query A { boxes { nodes { id } } } query B { ...C } fragment C on Query { boxes(first: 99) { nodes { id } } }';
    expect(longestIn(source, {}, 'A')).toBeUndefined();
    expect(longestIn(source, {}, 'B')?.requested).toBe(99);
  });
});
