import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, OverlappingFieldsCanBeMergedRule, parse, type ValidationRule, validate } from 'graphql';
import { runs } from '#shared/test/random.ts';
import { overlappingFieldsRule } from '../documents/overlapping-fields.ts';

const schema = buildSchema(`
  type Query { node: Node  dog(id: ID, at: Place): Dog  pets: [Pet!]!  cat: Cat }
  input Place { x: Int  y: Int }
  interface Node { id: ID  name: String  friend: Node }
  interface Pet implements Node { id: ID  name: String  friend: Node  size: Int  owner(first: Int): Person }
  type Dog implements Node & Pet { id: ID  name: String  friend: Pet  size: Int  owner(first: Int): Person  tail: Int!  likes: [Person] }
  type Cat implements Node & Pet { id: ID!  name: String  friend: Cat  size: Int  owner(first: Int): Person  tail: String  likes: [[Person]] }
  type Person implements Node { id: ID  name: String  friend: Node  likes: Int  pet: Pet  tail: [Int] }
`);
const types = ['Node', 'Pet', 'Dog', 'Cat', 'Person'];
const fields = ['id', 'name', 'size', 'tail'];
const objects = ['friend', 'friend', 'owner', 'owner(first: 1)', 'owner(first: 2)', 'likes', 'pet'];

const faultsOf = (source: string, rule: ValidationRule) => validate(schema, parse(source), [rule]);

/** A random document in which equal keys have equal or different fields, in fragments on any type. */
function drawDocument(draw: fc.GeneratorValue): string {
  const fragments: string[] = [];
  const body = set(3);
  return `{ node { ${body} } pets { ${set(2)} } } ${fragments.join(' ')}`;

  function set(depth: number): string {
    return Array.from({ length: 1 + draw(fc.nat, 3) }, () => selection(depth)).join(' ');
  }

  function selection(depth: number): string {
    const choice = draw(fc.nat, depth > 0 ? 9 : 2);
    const alias = draw(fc.nat, 3) === 0 ? `${draw(fc.constantFrom, 'x', 'id', 'friend')}: ` : '';
    if (choice < 3) return `${alias}${draw(fc.constantFrom, ...fields)}`;
    if (choice < 6) return `${alias}${draw(fc.constantFrom, ...objects)} { ${set(depth - 1)} }`;
    const type = draw(fc.constantFrom, ...types);
    if (choice < 8) return `... on ${type} { ${set(depth - 1)} }`;
    if (choice < 9 && fragments.length > 0) return `...F${draw(fc.nat, fragments.length - 1)}`;
    const inner = set(depth - 1);
    fragments.push(`fragment F${fragments.length} on ${type} { ${inner} }`);
    return `...F${fragments.length - 1}`;
  }
}

const documents = runs(2_000);

describe('fields with one response key', () => {
  test('are accepted and refused as by graphql-js, in random documents', () => {
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const source = drawDocument(draw);
        const expected = faultsOf(source, OverlappingFieldsCanBeMergedRule).length > 0;
        expect({ source, isRefused: faultsOf(source, overlappingFieldsRule).length > 0 }).toEqual({
          source,
          isRefused: expected,
        });
        seen[expected ? 'invalid' : 'valid'] += 1;
      }),
      { numRuns: documents, endOnFailure: true },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(documents / 10);
  });

  test.each([
    [
      'different fields',
      '{ dog { x: id x: name } }',
      'Fields "x" conflict because "id" and "name" are different fields.',
    ],
    [
      'differing arguments',
      '{ dog(id: 1) { id } dog(id: 2) { id } }',
      'Fields "dog" conflict because they have differing arguments.',
    ],
    [
      'types that do not fit',
      '{ node { ... on Dog { tail } ... on Cat { tail } } }',
      'Fields "tail" conflict because they return conflicting types "Int!" and "String".',
    ],
  ])('%s are reported as by graphql-js, with both locations', (_what, source, message) => {
    const [fault, ...others] = faultsOf(source, overlappingFieldsRule);
    const [expected] = faultsOf(source, OverlappingFieldsCanBeMergedRule);
    expect(fault?.message.startsWith(message)).toBe(true);
    expect([others, fault?.message, fault?.locations]).toEqual([[], expected?.message, expected?.locations]);
  });

  test('the order of arguments and of fields of input objects does not matter', () => {
    const source = '{ dog(id: 1, at: { x: 1, y: 2 }) { id } dog(at: { y: 2, x: 1 }, id: 1) { name } }';
    expect(faultsOf(source, overlappingFieldsRule)).toEqual([]);
  });

  test('each key is reported once, however many of its fields differ', () => {
    const aliases = Array.from({ length: 1_000 }, (_, n) => `dog(id: ${n}) { id }`);
    expect(faultsOf(`{ ${aliases.join(' ')} }`, overlappingFieldsRule)).toHaveLength(1);
  });

  test('fragments that spread themselves are left to the rule for cycles', () => {
    const source =
      '{ dog { ...A } } fragment A on Dog { friend { ...B } } fragment B on Pet { friend { ...A id ...B } }';
    expect(faultsOf(source, overlappingFieldsRule)).toEqual([]);
  });

  test('fragments that double each other are visited once', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n) =>
        `fragment F${n} on Dog { friend { ...G${n} } x: friend { ...G${n} } } fragment G${n} on Pet { ... on Dog { ...F${n + 1} } }`,
    );
    const source = `{ dog { ...F0 } } ${doubling.join(' ')} fragment F60 on Dog { id }`;
    expect(faultsOf(source, overlappingFieldsRule)).toEqual([]);
  });

  test('a document that needs too much work is refused before it is fully compared', () => {
    const choices = (inner: string) => types.map((type) => `... on ${type} { friend { ${inner} } }`).join(' ');
    const nested = (depth: number): string => (depth === 0 ? 'id' : choices(nested(depth - 1)));
    expect(() => faultsOf(`{ node { ${nested(6)} } }`, overlappingFieldsRule)).toThrow(
      'too many fields with equal names',
    );
  });
});
