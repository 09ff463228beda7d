import { afterEach, describe, expect, test } from '@jest/globals';
import type { ErrorBehavior } from '../error-behavior.ts';
import { federate } from './federation.ts';
import { engineFor, scope } from './harness.ts';
import { stockExecutor } from './stock.ts';

const fail = () => {
  throw new Error('broken');
};
interface Product {
  readonly id: string;
  readonly weight: number | null;
}

const federation = federate({
  shop: {
    sdl: `type Query { top: Product! products: [Product!]! maybe: Product broken: Product! }
      type Subscription { sold: Product! }
      type Product @key(fields: "id") {
        id: ID! name: String! fails: Int! weight: Float! sizes: [Int!]! maker: Maker!
      }
      type Maker @key(fields: "code") { code: ID! }`,
    resolvers: {
      Query: {
        top: () => ({ id: '1' }),
        products: () => [{ id: '1' }, { id: '2' }],
        maybe: () => ({ id: '1' }),
        broken: fail,
      },
      Subscription: {
        sold: {
          async *subscribe() {
            yield { sold: { id: '1' } };
          },
        },
      },
      Product: {
        name: ({ id }: { id: string }) => `name ${id}`,
        fails: fail,
        weight: ({ id }: { id: string }) => (id === '1' ? fail() : 7),
        sizes: ({ id }: { id: string }) => (id === '1' ? [1, null] : [1, 2]),
        maker: () => ({}),
      },
      Maker: { code: fail },
    },
  },
  stock: {
    sdl: `type Product @key(fields: "id") {
        id: ID! count: Int! reserve: Int shelf: Shelf!
        weight: Float! @external sizes: [Int!]! @external
        shipping: Float! @requires(fields: "weight") boxes: Int! @requires(fields: "sizes")
      }
      type Shelf { row: Int! bad: Int! }
      type Maker @key(fields: "code") { code: ID! country: String! }`,
    resolvers: {
      Product: {
        __resolveReference: (reference: Product) => reference,
        count: ({ id }: Product) => Number(id),
        reserve: () => 5,
        shelf: () => ({ row: 1 }),
        shipping: ({ weight }: Product) => Number(weight) * 2,
        boxes: () => 1,
      },
      Shelf: { bad: fail },
      Maker: { country: () => 'Sweden' },
    },
  },
});
const { transport } = federation;
const engine = engineFor(federation);
afterEach(() => {
  transport.heedsOnError = false;
  transport.intercept(undefined);
});

async function ask(source: string, onError?: ErrorBehavior) {
  const operation = await engine.prepare({ source });
  const { data, errors } = await engine.execute(operation, {}, { ...scope, ...(onError && { onError }) });
  return {
    data: JSON.parse(data ?? 'null') as unknown,
    paths: errors.map(({ path }) => path?.join('.')).toSorted(),
    codes: [...new Set(errors.map(({ extensions }) => extensions.code))],
  };
}
const codes = ['DOWNSTREAM_SERVICE_ERROR'];

describe('onError: NULL over subgraphs that support it', () => {
  test.each([
    ['a root field', '{ broken { id } top { id } }', { broken: null, top: { id: '1' } }, ['broken']],
    ['a field', '{ top { id name fails } }', { top: { id: '1', name: 'name 1', fails: null } }, ['top.fails']],
    [
      'a field of entities',
      '{ products { id count reserve shelf { row bad } } }',
      {
        products: [
          { id: '1', count: 1, reserve: 5, shelf: { row: 1, bad: null } },
          { id: '2', count: 2, reserve: 5, shelf: { row: 1, bad: null } },
        ],
      },
      ['products.0.shelf.bad', 'products.1.shelf.bad'],
    ],
    [
      // The subgraph that computes shipping relies on the weight, so it is not asked without one. What the plan fetches with it is missing, too.
      'a field that another subgraph requires',
      '{ products { id weight shipping reserve } }',
      {
        products: [
          { id: '1', weight: null, shipping: null, reserve: null },
          { id: '2', weight: 7, shipping: 14, reserve: 5 },
        ],
      },
      ['products.0.shipping', 'products.0.weight'],
    ],
    [
      'a required field that the client did not select',
      '{ products { id shipping } }',
      {
        products: [
          { id: '1', shipping: null },
          { id: '2', shipping: 14 },
        ],
      },
      ['products.0'],
    ],
    [
      'an item that another subgraph requires',
      '{ products { sizes boxes } }',
      {
        products: [
          { sizes: [1, null], boxes: null },
          { sizes: [1, 2], boxes: 1 },
        ],
      },
      ['products.0.boxes', 'products.0.sizes.1'],
    ],
    [
      'a key',
      '{ top { name maker { code country } } }',
      { top: { name: 'name 1', maker: { code: null, country: null } } },
      ['top.maker.code', 'top.maker.country'],
    ],
  ])('%s with an error is null at its own position', async (_title, source, data, paths) => {
    transport.heedsOnError = true;
    expect(await ask(source, 'NULL')).toEqual({ data, paths, codes });
  });

  test('reaches events of a subscription and deferred parts', async () => {
    transport.heedsOnError = true;
    const subscription = await engine.prepare({ source: 'subscription { sold { name fails shelf { row bad } } }' });
    const [event] = await Array.fromAsync(engine.subscribe(subscription, {}, { ...scope, onError: 'NULL' }));
    expect(JSON.parse(event?.data ?? '')).toEqual({
      sold: { name: 'name 1', fails: null, shelf: { row: 1, bad: null } },
    });
    expect(event?.errors.map(({ path }) => path)).toEqual([
      ['sold', 'fails'],
      ['sold', 'shelf', 'bad'],
    ]);

    const source = '{ top { fails ... @defer { count shelf { row bad } } } }';
    const deferring = await engine.prepare({ source, incremental: true });
    const payloads = await Array.fromAsync(engine.deliver(deferring, {}, { ...scope, onError: 'NULL' }), (text) =>
      JSON.parse(text),
    );
    expect(payloads).toMatchObject([
      { data: { top: { fails: null } }, errors: [{ path: ['top', 'fails'] }] },
      {
        incremental: [
          { data: { count: 1, shelf: { row: 1, bad: null } }, errors: [{ path: ['top', 'shelf', 'bad'] }] },
        ],
      },
    ]);
  });
});

describe('subgraphs are told about onError', () => {
  test.each([
    ['NULL', 'NULL'],
    ['PROPAGATE', undefined],
    ['HALT', undefined],
    [undefined, undefined],
  ] as const)('for %s they get %s', async (onError, sent) => {
    transport.drain();
    await ask('{ products { name count } }', onError);
    expect(transport.drain().map((request) => request.onError)).toEqual([sent, sent]);
  });
});

describe('onError: NULL over subgraphs that propagate errors', () => {
  test.each([
    ['inside a response', '{ top { id name fails } }', { top: null }, ['top.fails']],
    // The client must not take a null at a non-null position for a value, so each one has the error that caused it.
    [
      'up to an entity',
      '{ top { id count reserve shelf { row bad } } }',
      { top: { id: '1', count: null, reserve: null, shelf: null } },
      ['top.count', 'top.shelf.bad'],
    ],
    ['up to the root', '{ broken { id } top { id } }', { broken: null, top: null }, ['broken', 'top']],
  ])('%s, the error of the subgraph is the only cause', async (_title, source, data, paths) => {
    expect(await ask(source, 'NULL')).toEqual({ data, paths, codes });
  });

  test('a null that no error explains still is an error', async () => {
    transport.intercept(({ subgraph }) => (subgraph === 'stock' ? { data: { _entities: [null] } } : undefined));
    expect(await ask('{ top { id count reserve } }', 'NULL')).toEqual({
      data: { top: { id: '1', count: null, reserve: null } },
      paths: ['top.count'],
      codes: ['SUBREQUEST_MALFORMED_RESPONSE'],
    });
  });
});

describe('by default', () => {
  test.each([
    ['{ products { id count shelf { row bad } } }', null, ['products.0.shelf.bad', 'products.1.shelf.bad']],
    ['{ maybe { id count shelf { row bad } } }', { maybe: null }, ['maybe.shelf.bad']],
    ['{ maybe { id reserve shelf { row bad } } }', { maybe: null }, ['maybe.shelf.bad']],
    ['{ broken { id } top { id } }', null, ['broken']],
    ['{ maybe { id weight shipping } }', { maybe: null }, ['maybe.weight']],
  ])('an error of a subgraph explains every null that follows from it: %s', async (source, data, paths) => {
    expect(await ask(source)).toEqual({ data, paths, codes });
    const stock = await (await stockExecutor(federation))(source);
    expect([stock.data, stock.errors?.length]).toEqual([data, paths.length]);
  });

  test('the cause is reported where the null is if the client excludes the field with the error', async () => {
    transport.intercept(({ subgraph }) =>
      subgraph === 'stock'
        ? { data: { _entities: [null] }, errors: [{ message: 'x', path: ['_entities', 0, 'shelf', 'row'] }] }
        : undefined,
    );
    const source = 'query($no: Boolean = false) { maybe { id count shelf @include(if: $no) { row } } }';
    expect(await ask(source)).toEqual({ data: { maybe: null }, paths: ['maybe.count'], codes });
  });
});
