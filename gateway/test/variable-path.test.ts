import { expect, test } from '@jest/globals';
import { buildSchema, getVariableValues, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { variablePath } from '../errors/variable-path.ts';

const schema = buildSchema(`
  input Item { name: String!, weight: Float, items: [Item!] }
  type Query { f(i: Item, id: ID): Int }
`);

/** The messages of graphql-js about these variables. */
function messagesOf(declared: string, variables: Record<string, unknown>): string[] {
  const { definitions } = parse(`query (${declared}) { f }`);
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const { errors = [] } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
  return errors.map(({ message }) => message);
}

test.each<[string, string, Record<string, unknown>, string[]]>([
  ['a variable that is missing', '$id: ID!', {}, ['id']],
  ['a variable that is null', '$id: ID!', { id: null }, ['id']],
  ['a variable of a wrong type', '$id: ID!', { id: { 'a "b" c': 1 } }, ['id']],
  ['a field of an input', '$i: Item', { i: { name: 1 } }, ['i', 'name']],
  ['a field that is missing', '$i: Item', { i: {} }, ['i', 'name']],
  ['a field that does not exist', '$i: Item', { i: { name: '', size: 1 } }, ['i', 'size']],
  [
    'an element of a list',
    '$i: Item',
    { i: { name: '', items: [{ name: '' }, { name: 2 }] } },
    ['i', 'items', '1', 'name'],
  ],
  ['a missing field of an element', '$i: Item', { i: { name: '', items: [{}] } }, ['i', 'items', '0', 'name']],
  [
    'a text that looks like a path',
    '$i: Item',
    { i: { name: '', weight: '"x" at "i.name"; Field "y" ' } },
    ['i', 'weight'],
  ],
  ['a text with quotes and backslashes', '$i: Item', { i: { name: '', weight: '\\" at "i"; \\\\' } }, ['i', 'weight']],
])('names %s', (_what, declared, variables, path) => {
  expect(messagesOf(declared, variables).map(variablePath)).toEqual([path]);
});

test('other messages have no path', () => {
  expect(variablePath('"first" must be from 1 to 100; got 0.')).toBeUndefined();
});
