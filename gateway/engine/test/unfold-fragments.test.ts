import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, graphqlSync, parse, print, validate } from 'graphql';
import { runs } from '#shared/test/random.ts';
import { unfoldFragments } from '../planning/unfold-fragments.ts';
import { federate } from './federation.ts';
import { generateOperation } from './generated-operation.ts';
import { ask, engineFor } from './harness.ts';

const schema = buildSchema(`
  type Query { node: Node  dog: Dog  pets: [Pet!]! }
  interface Node { id: ID  friend: Node }
  interface Pet implements Node { id: ID  friend: Node  name: String }
  type Dog implements Node & Pet { id: ID  friend: Node  name: String  tail: Int }
  type Cat implements Node & Pet { id: ID  friend: Node  name: String  lives: Int }
`);
const cat = { __typename: 'Cat', id: 'c', name: 'Mia', lives: 7, friend: { __typename: 'Dog', id: 'd', tail: 1 } };
const dog = { __typename: 'Dog', id: 'd', name: 'Rex', tail: 30, friend: cat };
const rootValue = { node: cat, dog, pets: [dog, cat] };

/** Enough fragments for the document to be unfolded. */
const chain = Array.from({ length: 150 }, (_, n) => `fragment C${n} on Query { c${n}: __typename ...C${n + 1} }`);
const withManyFragments = (source: string) =>
  `${source.replace('{', '{ ...C0 ')} ${chain.join(' ')} fragment C150 on Query { __typename }`;

describe('a document with many fragments', () => {
  test('is unfolded into one without fragments that has the same result', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const generated = generateOperation(schema, draw);
        if (!generated) return;
        const source = withManyFragments(generated.source);
        const unfolded = print(unfoldFragments(parse(source)));
        expect(unfolded).not.toContain('fragment ');
        expect(validate(schema, parse(unfolded))).toEqual([]);
        const run = (text: string) =>
          JSON.stringify(graphqlSync({ schema, rootValue, source: text, variableValues: generated.variables }));
        expect(run(unfolded)).toBe(run(source));
      }),
      { numRuns: runs(50), endOnFailure: true },
    );
  });

  test('is planned when they are nested very deeply', async () => {
    const engine = engineFor(
      federate({
        only: {
          sdl: 'type Query { dog: Dog } type Dog { id: ID }',
          resolvers: { Query: { dog: () => ({ id: 'd' }) } },
        },
      }),
    );
    const fragments = Array.from({ length: 1_800 }, (_, n) => `fragment F${n} on Dog { ...F${n + 1} }`).join(' ');
    expect(await ask(engine, `{ dog { ...F0 } } ${fragments} fragment F1800 on Dog { id }`)).toEqual({
      data: { dog: { id: 'd' } },
    });
  });

  test('stays as it is when it would become very large', () => {
    const doubling = Array.from({ length: 120 }, (_, n) => `fragment F${n} on Dog { ...F${n + 1} ...F${n + 1} }`);
    const document = parse(`{ dog { ...F0 } } ${doubling.join(' ')} fragment F120 on Dog { id }`);
    expect(unfoldFragments(document)).toBe(document);
  });
});

describe('a document with a few fragments', () => {
  test('stays as it is', () => {
    const document = parse('{ dog { ...F } } fragment F on Dog { id }');
    expect(unfoldFragments(document)).toBe(document);
  });
});
