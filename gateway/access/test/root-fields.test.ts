import { describe, expect, test } from '@jest/globals';
import { parse, specifiedRules } from 'graphql';
import { loadSupergraphModel } from '../../engine/supergraph/model.ts';
import { composeSupergraph } from '../../supergraph/compose.ts';
import { Documents } from '../documents/documents.ts';
import { readOnceFields } from '../documents/root-fields.ts';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ name: "@tag", as: "@audience" }])
  type Query { name: String }
  type Mutation {
    signIn(password: String!): String @audience(name: "internal") @audience(name: "once-per-request")
    rename(name: String!): String @audience(name: "internal")
  }
`;
const supergraph = composeSupergraph([{ name: 'only', url: 'http://127.0.0.1:1', sdl }]);
const schema = loadSupergraphModel(supergraph).apiSchema;
const limits = {
  maxTokens: 1_000,
  maxDepth: 10,
  maxAliases: 100,
  maxRootFields: 20,
  maxSelections: 1_000,
  maxLength: 10_000,
};
const documents = new Documents({
  schema,
  limits,
  rules: specifiedRules,
  onceFields: readOnceFields(schema, parse(supergraph)),
});

describe('a root field that is tagged "once-per-request"', () => {
  test('runs once', () => {
    expect(documents.check('mutation { signIn(password: "a") rename(name: "b") again: rename(name: "c") }').kind).toBe(
      'valid',
    );
  });

  test.each([
    ['by aliases', 'mutation { a: signIn(password: "a") b: signIn(password: "b") c: signIn(password: "c") }', 3],
    [
      'by fragments',
      'mutation { signIn(password: "a") ...Other } fragment Other on Mutation { other: signIn(password: "b") }',
      2,
    ],
  ])('is refused if an operation contains it more than once: %s', (_how, text, times) => {
    expect(documents.check(text)).toMatchObject({
      kind: 'refused',
      error: {
        code: 'MAX_ROOT_FIELDS_LIMIT',
        message: `At most one signIn is allowed per request; the operation has ${times}.`,
      },
    });
  });
});
