import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Kind, parse, type TypeNode } from 'graphql';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';
import { secretName } from './secret-name.ts';

const root = new URL('../', import.meta.url);

test.each(readSupergraphYaml().map(({ name, schemaFile }) => [name, schemaFile] as const))(
  'each mutation of %s that returns a secret says so, so that no response to an idempotency key stores it',
  (_name, schemaFile) => {
    const { definitions } = parse(readFileSync(new URL(schemaFile, root), 'utf8'));
    const types = new Map(
      definitions.flatMap((node) =>
        node.kind === Kind.OBJECT_TYPE_DEFINITION ? [[node.name.value, node.fields ?? []]] : [],
      ),
    );
    const returning = (types.get('Mutation') ?? []).filter(({ type }) =>
      types
        .get(namedType(type))
        ?.some((field) => secretName.test(field.name.value) && !types.has(namedType(field.type))),
    );
    const unmarked = returning.filter(
      ({ directives = [] }) =>
        !directives.some(({ arguments: args = [] }) =>
          args.some(({ value }) => value.kind === Kind.STRING && value.value === 'secret-result'),
        ),
    );
    expect(unmarked.map(({ name }) => name.value)).toEqual([]);
  },
);

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
