import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { measureDocument } from '../access/documents/measure-document.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

describe('the size of a document', () => {
  const sizeOf = (text: string) => measureDocument(parse(text));

  test('counts nested fields, aliases, root fields and selections', () => {
    expect(sizeOf('{ a: people { name } person(id: 1) { b: name friends { id } } }')).toEqual({
      depth: 3,
      aliases: 2,
      aliasLength: 1,
      rootFields: 2,
      selections: 6,
    });
  });

  test('counts fragments wherever they are spread', () => {
    const text = '{ ...Root ...Root } fragment Root on Query { people { ... on Person { x: name } } }';
    expect(sizeOf(text)).toMatchObject({ depth: 2, aliases: 2, rootFields: 2 });
  });

  test('is that of the largest operation', () => {
    expect(sizeOf('query A { a } query B { b { c { d } } }')).toMatchObject({ depth: 3, rootFields: 1 });
  });

  test('is finite for fragments that spread themselves or do not exist', () => {
    expect(sizeOf('{ ...A } fragment A on Query { b ...B } fragment B on Query { ...A ...Missing }').depth).toBe(1);
  });

  test('fragments that double each other are counted without being expanded', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Person { a: friends { ...F${n + 1} } b: friends { ...F${n + 1} } }`,
    );
    const size = sizeOf(`{ people { ...F0 } } ${doubling.join(' ')} fragment F60 on Person { id }`);
    expect(size).toMatchObject({ aliases: 1_000_000_000, selections: 1_000_000_000 });
  });
});

describe('hostile operations', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const nested = (levels: number) => `{ people ${'{ friends '.repeat(levels)}{ id }${' }'.repeat(levels)} }`;
  const bomb = Array.from(
    { length: 24 },
    (_, n) => `fragment F${n} on Person { friends { ...F${n + 1} ...F${n + 1} id } }`,
  );

  test.each([
    ['too deep', nested(40), 'MAX_DEPTH_LIMIT'],
    ['too deep for the stack', nested(7_000), 'MAX_DEPTH_LIMIT'],
    [
      'too many aliases',
      `{ people { ${Array.from({ length: 150 }, (_, n) => `a${n}: name`).join(' ')} } }`,
      'MAX_ALIASES_LIMIT',
    ],
    ['a long alias', `{ people { ${'a'.repeat(129)}: name } }`, 'MAX_ALIASES_LIMIT'],
    [
      'a long alias in a fragment',
      `{ people { ...F } } fragment F on Person { friends { ${'a'.repeat(150_000)}: id } }`,
      'MAX_ALIASES_LIMIT',
    ],
    ['many directives', `{ people { name ${'@include(if: true) '.repeat(5_000)} } }`, 'TOKEN_LIMIT_EXCEEDED'],
    ['many unknown directives', `{ people { name ${'@a '.repeat(10_000)} } }`, 'TOKEN_LIMIT_EXCEEDED'],
    ['many variables', `query (${'$a: Int '.repeat(5_000)}) { people { name } }`, 'TOKEN_LIMIT_EXCEEDED'],
    ['nested list values', `{ echo(text: ${'['.repeat(7_000)}${']'.repeat(7_000)}) }`, 'MAX_DEPTH_LIMIT'],
    ['nested types', `query ($a: ${'['.repeat(7_000)}Int${']'.repeat(7_000)}) { people { name } }`, 'MAX_DEPTH_LIMIT'],
    ['nested inline fragments', `{ ${'... { '.repeat(7_000)}people { id }${' }'.repeat(7_000)} }`, 'MAX_DEPTH_LIMIT'],
    [
      'aliases hidden in fragments',
      `{ people { ${'...F '.repeat(30)} } } fragment F on Person { a: id b: id c: id d: id }`,
      'MAX_ALIASES_LIMIT',
    ],
    ['too many root fields', `{ ${'echo(text: "a") '.repeat(30)} }`, 'MAX_ROOT_FIELDS_LIMIT'],
    ['too many tokens', `{ people { ${'name '.repeat(20_000)} } }`, 'TOKEN_LIMIT_EXCEEDED'],
    ['a text that is too long', `{ people { name } } #${'x'.repeat(250_000)}`, 'TOKEN_LIMIT_EXCEEDED'],
    [
      'fragments that double',
      `{ people { ...F0 } } ${bomb.join(' ')} fragment F24 on Person { id }`,
      'MAX_DEPTH_LIMIT',
    ],
    [
      'deep introspection',
      `{ __schema { types ${'{ fields { type '.repeat(15)}{ name }${' } }'.repeat(15)} } }`,
      'MAX_DEPTH_LIMIT',
    ],
  ])('%s: refused with its code, and no subgraph gets a request', async (_what, query, code) => {
    const asked = gateway.graph.people.seen.length;
    const { status, errors, data } = await gateway.ask(query);
    expect([status, errors.length, errors[0]?.extensions.code, data]).toEqual([400, 1, code, undefined]);
    expect(gateway.graph.people.seen.length).toBe(asked);
  });

  test('the message states the limit and the actual number', async () => {
    const { errors } = await gateway.ask(nested(40));
    expect(errors[0]?.message).toBe('At most 25 levels are allowed; the operation has 42. Split the operation.');
  });

  test('a refused text is refused again, and others still run', async () => {
    for (const _time of [1, 2]) {
      expect((await gateway.ask(nested(40))).errors[0]?.extensions.code).toBe('MAX_DEPTH_LIMIT');
      expect((await gateway.ask('{ people { id } }')).data).toEqual({ people: [{ id: '1' }, { id: '2' }] });
    }
  });
});
