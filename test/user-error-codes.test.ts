import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type ConstDirectiveNode, type EnumValueDefinitionNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import { deprecatedUserErrorCodes, userErrorCodes } from '#shared/errors/user-error-codes.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { listedCodes, mutationsOf, requireListedCodes } from '../subgraphs/shared/test/listed-codes.ts';

const root = new URL('../', import.meta.url);
const subgraphs = readSupergraphYaml().map(
  ({ name, schemaFile }) => [name, parse(readFileSync(new URL(schemaFile, root), 'utf8'))] as const,
);
const withUserErrors = subgraphs.filter(([, { definitions }]) =>
  definitions.some((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'UserError'),
);

const reasonOf = ({ arguments: [reason] = [] }: ConstDirectiveNode) => reason && valueFromASTUntyped(reason.value);

test.each(withUserErrors)('the SDL of %s has the codes of the one table, with their descriptions', (_name, sdl) => {
  const codes = sdl.definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'UserErrorCode' ? (node.values ?? []) : [],
  );
  const current = codes.filter((code) => deprecationsOf(code).length === 0);
  expect(Object.fromEntries(current.map(({ name, description }) => [name.value, description?.value]))).toEqual(
    userErrorCodes,
  );
  const deprecated = codes.flatMap((code) =>
    deprecationsOf(code).map((directive) => [code.name.value, reasonOf(directive)]),
  );
  expect(Object.fromEntries(deprecated)).toEqual(
    Object.fromEntries(
      Object.entries(deprecatedUserErrorCodes).map(([code, successor]) => [code, `Mutations return \`${successor}\`.`]),
    ),
  );
});

const deprecationsOf = ({ directives = [] }: EnumValueDefinitionNode) =>
  directives.filter(({ name }) => name.value === 'deprecated');

/** signOut succeeds with any token. */
const neverRefused = new Set(['signOut']);

test('each code has a description that is a sentence', () => {
  for (const description of Object.values(userErrorCodes)) expect(description).toMatch(/^[A-Z].*\.$/);
});

describe.each(withUserErrors)('every mutation of %s', (_name, sdl) => {
  const inputs = new Map(
    sdl.definitions.flatMap((node) =>
      node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
        ? [[`${node.name.value}`, (node.fields ?? []).map(({ name }) => name.value)]]
        : [],
    ),
  );

  const forClients = mutationsOf(sdl).filter(
    ({ directives = [] }) => !directives.some(({ name }) => name.value === 'inaccessible'),
  );

  test.each(forClients.map((mutation) => [mutation.name.value, mutation] as const))(
    '%s lists the codes of its refusals',
    (name, mutation) => {
      const codes = listedCodes(mutation);
      expect(codes.filter((code) => !(code in userErrorCodes))).toEqual([]);
      if (!neverRefused.has(name)) expect(codes).not.toEqual([]);
      const fields = inputs.get(`${name[0]?.toUpperCase()}${name.slice(1)}Input`);
      expect(fields).toBeDefined();
      if (fields?.includes('idempotencyKey'))
        expect(codes).toEqual(expect.arrayContaining(['INVALID_INPUT', 'IDEMPOTENCY_KEY_REUSED']));
      if (fields?.includes('expectedVersion')) expect(codes).toEqual(expect.arrayContaining(['NOT_FOUND', 'CONFLICT']));
    },
  );
});

describe('a test of a mutation', () => {
  const requireListed = requireListedCodes('type Mutation { "Renames it. userErrors: NOT_FOUND." rename: Boolean }');
  const refused = (code: string) => ({ first: { results: [{ userErrors: [{ code }] }] } });

  test('fails if the mutation is refused with a code that it does not list', () => {
    const ask = (code: string) => requireListed('mutation { first: rename }', refused(code));
    expect(() => ask('NOT_FOUND')).not.toThrow();
    expect(() => ask('CONFLICT')).toThrow('The SDL of rename does not list CONFLICT.');
  });
});
