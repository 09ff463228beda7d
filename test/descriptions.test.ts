import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type ASTNode, Kind, parse, type StringValueNode } from 'graphql';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

const root = new URL('../', import.meta.url);

interface Description {
  readonly subgraph: string;
  /** The name of a type, field, enum value or argument behind those that contain it, such as `Query.invoices.first`. */
  readonly name: string;
  readonly text: string;
  readonly arguments: readonly string[];
}

interface Node {
  readonly kind: ASTNode['kind'];
  readonly name?: { readonly value: string };
  readonly description?: StringValueNode | undefined;
  readonly fields?: readonly Node[];
  readonly values?: readonly Node[];
  readonly arguments?: readonly Node[];
}

function descriptionsIn(subgraph: string, node: Node, parent?: string): Description[] {
  const name = [parent, node.name?.value].filter(Boolean).join('.');
  const given = node.arguments ?? [];
  const text = node.description?.value ?? '';
  const own = { subgraph, name, text, arguments: given.map((argument) => argument.name?.value ?? '') };
  const members = [...(node.fields ?? []), ...(node.values ?? []), ...given];
  return [own, ...members.flatMap((member) => descriptionsIn(subgraph, member, name))];
}

const descriptions = readSupergraphYaml().flatMap(({ name, schemaFile }) =>
  parse(readFileSync(new URL(schemaFile, root), 'utf8'))
    .definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION)
    .flatMap((node) => descriptionsIn(name, node)),
);

test('subgraphs describe what they share with the same words', () => {
  const differing = [...Map.groupBy(descriptions, ({ name }) => name)].flatMap(([name, given]) =>
    new Set(given.map(({ text }) => text)).size > 1
      ? [[name, Object.fromEntries(given.map(({ subgraph, text }) => [subgraph, text]))]]
      : [],
  );
  expect(Object.fromEntries(differing)).toEqual({});
});

test('the description of a list with `orderBy` states no order', () => {
  const ordered = descriptions.filter((described) => described.arguments.includes('orderBy'));
  expect(ordered.length).toBeGreaterThan(3);
  expect(ordered.filter(({ text }) => /\b(first|by [a-z]+)\b/.test(text)).map(({ name }) => name)).toEqual([]);
});
