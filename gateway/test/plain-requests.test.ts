import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { plainRequest } from '../http/plain-request.ts';
import { type GraphqlAnswer, json, startTestGateway, type TestGateway } from './test-gateway.ts';

const graphqlJson = 'application/graphql-response+json';
const operation: OperationDefinitionNode = {
  kind: Kind.OPERATION_DEFINITION,
  operation: OperationTypeNode.QUERY,
  selectionSet: { kind: Kind.SELECTION_SET, selections: [] },
};

describe('a request is plain', () => {
  const query = '{ people { name } }';
  const mediaType = 'application/json; charset=utf-8';
  const judge = (body: unknown, method = 'POST') => plainRequest({ method, body }, { operation }, mediaType);

  test('as clients send it, with or without variables and a name', () => {
    expect(judge({ query })).toEqual({ variables: {}, mediaType });
    expect(judge({ query, variables: null, operationName: null })).toEqual({ variables: {}, mediaType });
    expect(judge({ query, variables: { id: '1' }, operationName: 'A' })).toEqual({ variables: { id: '1' }, mediaType });
  });

  test.each([
    ['with extensions, which may ask for more', { query, extensions: {} }],
    ['with variables that are no object', { query, variables: [] }],
    ['with a name that is no text', { query, operationName: 1 }],
    ['as a batch', [{ query }]],
    ['without a body', undefined],
  ])('but not %s', (_what, body) => {
    expect(judge(body)).toBeUndefined();
  });

  test('but not by GET or without a valid operation', () => {
    expect(judge({ query }, 'GET')).toBeUndefined();
    expect(plainRequest({ method: 'POST', body: { query } }, { operation: undefined }, mediaType)).toBeUndefined();
  });
});

describe('a plain request is answered as Apollo Server answers it', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const rename = 'mutation ($id: ID!) { rename(id: $id, name: "Hopper") { id name } }';
  const requests: readonly (readonly [string, object])[] = [
    ['a query', { query: '{ people { name parcels { weightKg } } }' }],
    ['variables', { query: 'query($id: ID!) { person(id: $id) { name } }', variables: { id: '2' } }],
    ['null for what is optional', { query: '{ people { id } }', variables: null, operationName: null }],
    [
      'one of several operations',
      { query: 'query A { people { id } } query B { parcels { id } }', operationName: 'B' },
    ],
    ['a mutation', { query: rename, variables: { id: '1' } }],
    ['introspection', { query: '{ __schema { queryType { name } } people { __typename } }' }],
    ['a field that fails', { query: '{ failing people { name } }' }],
    ['a field that may not be seen', { query: '{ secret people { name } }' }],
    ['a missing variable', { query: 'query($id: ID!) { person(id: $id) { name } }' }],
    [
      'several faulty variables',
      { query: 'query($id: ID!, $text: String!) { person(id: $id) { name } echo(text: $text) }' },
    ],
    ['an unknown field', { query: '{ peple { name } }' }],
    ['an unknown operation', { query: 'query A { people { id } }', operationName: 'C' }],
    ['a subscription', { query: 'subscription { people }' }],
  ];
  const accepts = [undefined, '*/*', 'application/json', graphqlJson, `text/html, ${graphqlJson};q=0.9, */*;q=0.1`];

  test.each(requests)('%s', async (_what, body) => {
    for (const accept of accepts) {
      const headers = { ...json, ...(accept && { accept }) };
      const plain = await gateway.send(JSON.stringify(body), headers);
      const extended = await gateway.send(JSON.stringify({ ...body, extensions: {} }), headers);
      expect({ accept, ...comparable(plain) }).toEqual({ accept, ...comparable(extended) });
    }
  });
});

test('an error about a variable says where that is declared', async () => {
  await using gateway = await startTestGateway();
  const { errors } = await gateway.ask(
    'query (\n  $text: String!\n  $id: ID!\n) { person(id: $id) { name } echo(text: $text) }',
    {
      text: 'x',
    },
  );
  expect(errors).toMatchObject([{ locations: [{ line: 3, column: 3 }], extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('a mutation whose answer the client does not take is not executed', async () => {
  await using gateway = await startTestGateway();
  const query = 'mutation { rename(id: "1", name: "Hopper") { id } }';
  const { status } = await gateway.ask(query, {}, { accept: 'image/png' });
  expect([status, gateway.graph.people.seen]).toEqual([406, []]);
});

/** Everything a client can see, apart from the time and the request's id. */
function comparable({ headers, ...answer }: GraphqlAnswer) {
  const id = headers.get('x-request-id') ?? '';
  const seen = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return { headers: seen, answer: JSON.parse(JSON.stringify(answer).replaceAll(id, 'id')) };
}
