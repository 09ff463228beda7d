import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { userErrorCodes } from '#shared/errors/user-error-codes.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

const root = new URL('../', import.meta.url);
const subgraphs = readSupergraphYaml().map(
  ({ name, schemaFile }) => [name, parse(readFileSync(new URL(schemaFile, root), 'utf8'))] as const,
);
const withUserErrors = subgraphs.filter(([, { definitions }]) =>
  definitions.some((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'UserError'),
);

test.each(withUserErrors)('the SDL of %s has the codes of the one table, with their descriptions', (_name, sdl) => {
  const codes = sdl.definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'UserErrorCode' ? (node.values ?? []) : [],
  );
  expect(Object.fromEntries(codes.map(({ name, description }) => [name.value, description?.value]))).toEqual(
    userErrorCodes,
  );
});

/** signOut succeeds with any token. */
const neverRefused = new Set(['signOut']);

test('each code has a description that is a sentence', () => {
  for (const description of Object.values(userErrorCodes)) expect(description).toMatch(/^[A-Z].*\.$/);
});

test.each(withUserErrors)('every mutation of %s lists the codes of its refusals', (_name, sdl) => {
  const mutations = sdl.definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation' ? (node.fields ?? []) : [],
  );
  const known = Object.keys(userErrorCodes);
  for (const { name, description } of mutations) {
    const [, listed = ''] = /userErrors:(.*)\.\s*$/s.exec(description?.value ?? '') ?? [];
    const codes = listed.match(/\b[A-Z]+(?:_[A-Z]+)*\b/g) ?? [];
    expect({ mutation: name.value, unknown: codes.filter((code) => !known.includes(code)) }).toEqual({
      mutation: name.value,
      unknown: [],
    });
    if (!neverRefused.has(name.value)) expect({ mutation: name.value, codes }).not.toMatchObject({ codes: [] });
  }
});
