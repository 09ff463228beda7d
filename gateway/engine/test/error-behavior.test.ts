import { afterEach, describe, expect, test } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, validateSchema } from 'graphql';
import type { ErrorBehavior } from '../error-behavior.ts';
import { SubgraphFailure } from '../ports.ts';
import { federate } from './federation.ts';
import { engineFor, scope } from './harness.ts';

const federation = federate({
  shop: {
    sdl: `type Query { products: [Product!]! top: Product! secret: String! @authenticated }
      type Product @key(fields: "id") { id: ID! name: String! tags: [String!]! }`,
    resolvers: {
      Query: {
        products: () => [{ id: '1' }, { id: '2' }],
        top: () => ({ id: '1' }),
      },
      Product: { name: ({ id }: { id: string }) => `name ${id}`, tags: () => ['a'] },
    },
  },
  stock: {
    sdl: 'type Product @key(fields: "id") { id: ID! count: Int! shelf: Shelf! } type Shelf { row: Int! }',
    resolvers: {
      Product: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        count: ({ id }: { id: string }) => Number(id),
        shelf: () => ({ row: 1 }),
      },
    },
  },
});
const engine = engineFor(federation);
afterEach(() => federation.transport.intercept(undefined));

function makeStockFail(): void {
  const gone = new SubgraphFailure('SUBREQUEST_HTTP_ERROR', 'stock', { message: 'gone', retryable: true });
  federation.transport.intercept(({ subgraph }) => (subgraph === 'stock' ? gone : undefined));
}

async function ask(source: string, onError?: ErrorBehavior) {
  const operation = await engine.prepare({ source });
  const { data, errors } = await engine.execute(operation, {}, { ...scope, ...(onError && { onError }) });
  return { data: JSON.parse(data ?? 'null') as unknown, paths: errors.map(({ path }) => path?.join('.')) };
}
const query = '{ products { name count shelf { row } } }';
const paths = ['products.0.count', 'products.0.shelf', 'products.1.count', 'products.1.shelf'];

describe('non-null positions with errors', () => {
  test('make the nearest nullable position above null by default', async () => {
    makeStockFail();
    expect(await ask(query)).toEqual({ data: null, paths });
    expect(await ask(query, 'PROPAGATE')).toEqual({ data: null, paths });
  });

  test('are null themselves under NULL when the fetch of another subgraph fails', async () => {
    makeStockFail();
    const nothing = { count: null, shelf: null };
    expect(await ask(query, 'NULL')).toEqual({
      data: {
        products: [
          { name: 'name 1', ...nothing },
          { name: 'name 2', ...nothing },
        ],
      },
      paths,
    });
  });

  test('are null under NULL when a subgraph violates the schema, with one error each', async () => {
    federation.transport.intercept(
      ({ subgraph }) =>
        subgraph === 'stock' ? { data: { _entities: [{ count: null }, { count: 'many' }] } as never } : undefined, // not what the schema allows
    );
    expect(await ask('{ products { count } }', 'NULL')).toEqual({
      data: { products: [{ count: null }, { count: null }] },
      paths: ['products.0.count', 'products.1.count'],
    });
    federation.transport.intercept(() => ({ data: { top: { tags: ['a', null, 'b'] } } as never })); // not what the schema allows
    expect(await ask('{ top { tags } }', 'NULL')).toEqual({
      data: { top: { tags: ['a', null, 'b'] } },
      paths: ['top.tags.1'],
    });
  });

  test('are null under NULL when the client may not see them', async () => {
    expect(await ask('{ secret top { name } }')).toEqual({ data: null, paths: ['secret'] });
    expect(await ask('{ secret top { name } }', 'NULL')).toEqual({
      data: { secret: null, top: { name: 'name 1' } },
      paths: ['secret'],
    });
  });

  test('leave one error and no data under HALT', async () => {
    makeStockFail();
    expect(await ask(query, 'HALT')).toEqual({ data: null, paths: ['products.0.count'] });
  });

  test('are also null under NULL in a deferred part', async () => {
    makeStockFail();
    const operation = await engine.prepare({ source: '{ top { name ... @defer { count } } }', incremental: true });
    const payloads = await Array.fromAsync(engine.deliver(operation, {}, { ...scope, onError: 'NULL' }), (text) =>
      JSON.parse(text),
    );
    expect(payloads).toMatchObject([
      { data: { top: { name: 'name 1' } }, hasNext: true },
      { incremental: [{ path: ['top'], data: { count: null }, errors: [{ path: ['top', 'count'] }] }], hasNext: false },
    ]);
  });
});

test('a response without errors is the same for every behavior', async () => {
  const expected = await ask(query);
  expect(expected.paths).toEqual([]);
  for (const behavior of ['NULL', 'HALT'] as const) expect(await ask(query, behavior)).toEqual(expected);
});

test('the meta-field __service tells clients about onError, and they can ask whether it exists', async () => {
  expect(await ask('{ __service { capabilities { identifier value } } top { id } }')).toEqual({
    data: { __service: { capabilities: [{ identifier: 'graphql.onError', value: null }] }, top: { id: '1' } },
    paths: [],
  });
  const shape = '{ name fields { name type { kind ofType { name } } } }';
  const { data } = await ask(
    `{ service: __type(name: "__Service") ${shape} capability: __type(name: "__Capability") ${shape} }`,
  );
  expect(data).toMatchObject({
    service: { name: '__Service', fields: [{ name: 'capabilities', type: { kind: 'NON_NULL' } }] },
    capability: { name: '__Capability', fields: [{ name: 'identifier' }, { name: 'description' }, { name: 'value' }] },
  });
  const fragment =
    '{ __service { ...S } } fragment S on __Service { capabilities { ... on __Capability { identifier } } }';
  expect((await ask(fragment)).data).toEqual({ __service: { capabilities: [{ identifier: 'graphql.onError' }] } });
});

test('tools with graphql-js 16, which reject unknown names with two underscores, can read the schema', async () => {
  const { data } = await ask(getIntrospectionQuery());
  expect(JSON.stringify(data)).not.toMatch(/__service|__capability/i);
  expect(validateSchema(buildClientSchema(data as IntrospectionQuery))).toEqual([]);
});
