import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql';
import type { Documents } from '../documents/documents.ts';
import { freightDocuments, freightSchema } from './documents-harness.ts';

const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');

function check(text: string, documents: Documents = freightDocuments()) {
  const checked = documents.check(text);
  if (checked.kind === 'valid') return { kind: checked.kind, operations: checked.operations.length };
  const [first] = checked.kind === 'invalid' ? checked.errors : [checked.error];
  return { kind: checked.kind, code: first?.extensions['code'], message: first?.message };
}

describe('a valid document', () => {
  const ofShipments = (selection: string) => `{ shipments(first: 1) { nodes { ${selection} } } }`;

  test.each([
    ['1,400 equal fields with arguments', ofShipments('events(last: 1) { id } '.repeat(1_400))],
    ['3,500 equal objects', ofShipments('organization { id } '.repeat(3_500))],
    ['14,000 equal values', ofShipments('id '.repeat(14_000))],
    [
      '1,800 fragments that spread the next',
      `{ viewer { ...F0 } } ${repeat(1_800, (n) => `fragment F${n} on Account { ...F${n + 1} }`)} fragment F1800 on Account { id }`,
    ],
    [
      'equal fields under 1,000 conditions',
      `query(${repeat(1_000, (n) => `$v${n}: Boolean!`)}) ${ofShipments(repeat(1_000, (n) => `id @include(if: $v${n})`))}`,
    ],
  ])('with many equal fields is accepted: %s', (_what, text) => {
    expect(check(text)).toEqual({ kind: 'valid', operations: 1 });
  });

  test('is parsed and validated once', () => {
    const documents = freightDocuments();
    expect(documents.known('{ viewer { id } }')).toBeUndefined();
    const first = documents.check('{ viewer { id } }');
    expect(documents.check('{ viewer { id } }')).toBe(first);
    expect(documents.known('{ viewer { id } }')).toBe(first);
  });
});

describe('a faulty document', () => {
  test('gets all of its errors at once, with their locations', () => {
    const text =
      'query Faulty($unused: Int) {\n  viewer { nme }\n  shipments(frst: 1) { nodes { id: reference id } }\n}';
    const checked = freightDocuments().check(text);
    const expected = validate(freightSchema, parse(text), specifiedRules);
    expect(expected.length).toBe(4);
    expect(checked).toMatchObject({
      kind: 'invalid',
      errors: expect.arrayContaining(
        expected.map(({ message, locations }) => ({
          message,
          locations,
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false },
        })),
      ),
    });
  });

  test('that is not GraphQL gets the location of the syntax error', () => {
    expect(freightDocuments().check('{\r\n  viewer {')).toEqual({
      kind: 'invalid',
      errors: [
        {
          message: 'Syntax Error: Expected Name, found <EOF>.',
          locations: [{ line: 2, column: 11 }],
          extensions: { code: 'GRAPHQL_PARSE_FAILED', retryable: false },
        },
      ],
    });
  });

  test('is cached by a hash, so that the same text is not validated again', () => {
    const documents = freightDocuments();
    for (const text of ['{ nothing }', '{ viewer {', `{ viewer ${'{ organization '.repeat(40)}`]) {
      const first = documents.check(text);
      expect(first.kind).not.toBe('valid');
      expect(documents.known(text)).toBe(first);
      expect(documents.check(text)).toBe(first);
    }
  });

  test('gets at most 50 errors, with messages that shorten long names', () => {
    const name = 'a'.repeat(20_000);
    const many = freightDocuments().check(`{ viewer { ${repeat(80, (n) => `nothing${n}`)} ${name} } }`);
    if (many.kind !== 'invalid') throw new Error(many.kind);
    expect(many.errors).toHaveLength(51);
    expect(many.errors.at(-1)?.message).toBe('The document has more errors than these 50.');
    const long = freightDocuments().check(`{ viewer { ${name} } }`);
    if (long.kind !== 'invalid') throw new Error(long.kind);
    expect(long.errors[0]?.message).toMatch(/^Cannot query field "a{59}…" on type "Account"\.$/);
  });

  test('with one argument thousands of times after thousands of empty lines gets few locations', () => {
    const text = `${'\n'.repeat(150_000)}{ viewer(${'a: 1 '.repeat(4_000)}) { id } }`;
    const checked = freightDocuments().check(text);
    if (checked.kind !== 'invalid') throw new Error(checked.kind);
    for (const { locations = [] } of checked.errors) expect(locations.length).toBeLessThanOrEqual(5);
    expect(checked.errors[0]?.locations?.[0]?.line).toBe(150_001);
  });

  test('gets one error for each conflict', () => {
    const text = `{ shipments(first: 1) { nodes { ${repeat(1_400, (n) => `events(last: ${n + 1}) { id }`)} } } }`;
    const checked = freightDocuments().check(text);
    expect(checked).toMatchObject({
      kind: 'invalid',
      errors: [{ message: expect.stringMatching(/^Fields "events" conflict/) }],
    });
  });

  test('with many operations that spread many fragments is refused before it is validated', () => {
    const text = `${repeat(1_000, (n) => `query Q${n} { ...F0 }`)} ${repeat(900, (n) => `fragment F${n} on Query { ...F${n + 1} }`)} fragment F900 on Query { __typename }`;
    expect(check(text)).toMatchObject({ kind: 'refused', code: 'TOKEN_LIMIT_EXCEEDED' });
  });
});

describe('introspection', () => {
  const everything = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };
  // The query of Apollo's tools: all deprecated elements, and nine levels of wrapped types.
  const apollo = `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } }
    fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
    fragment TypeRef on __Type { kind name ${'ofType { kind name '.repeat(9)}${'}'.repeat(9)} }`;

  test.each([
    ['graphql-js', getIntrospectionQuery()],
    ['GraphiQL and code generators, with everything', getIntrospectionQuery(everything)],
    ['Apollo', apollo],
    [
      'one type',
      'query($name: String!) { __type(name: $name) { name fields { name args { name type { name } } type { name } } } }',
    ],
  ])('of common tools gets its response: %s', (_tool, text) => {
    expect(check(text)).toEqual({ kind: 'valid', operations: 1 });
  });

  test.each([
    ['fields under many aliases', `{ __schema { types { ${repeat(90, (n) => `a${n}: fields { name }`)} } } }`],
    [
      'fields of the types of fields',
      `{ __schema { types { fields { type { ${repeat(40, (n) => `a${n}: fields { name }`)} } } } } }`,
    ],
    [
      'many values, hidden in fragments',
      `query { ...Schema } fragment Schema on Query { __schema { types { ...T } } } fragment T on __Type { ${repeat(30, (n) => `a${n}: fields { name type { name } }`)} }`,
    ],
  ])('with a very large response is refused: %s', (_what, text) => {
    expect(check(text)).toMatchObject({
      kind: 'refused',
      code: 'COST_ESTIMATED_TOO_EXPENSIVE',
      message: expect.stringMatching(
        /^Introspection may return at most \d+ values; the operation requests more\. Select fewer fields\.$/,
      ),
    });
  });

  test.each([
    ['aliases', '{ a: __schema { description } b: __schema { description } }'],
    ['both fields', '{ __schema { description } __type(name: "Query") { name } }'],
    [
      'fragments',
      '{ ...A ... on Query { b: __type(name: "Query") { name } } } fragment A on Query { __typename a: __type(name: "Account") { name } }',
    ],
  ])('is refused if a request contains it twice: %s', (_what, text) => {
    expect(check(text)).toEqual({
      kind: 'refused',
      code: 'MAX_ROOT_FIELDS_LIMIT',
      message: 'At most one __schema or __type is allowed per request; the operation has 2.',
    });
  });

  test('may be in each operation of a document, and in two equal fields that are merged', () => {
    expect(check('query A { __schema { description } } query B { __schema { description } }').kind).toBe('valid');
    expect(check('{ __schema { description } __schema { queryType { name } } }').kind).toBe('valid');
  });
});
