import { describe, expect, test } from '@jest/globals';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';

type Row = Record<string, unknown>;

/** `shop` has prices in any currency. Fields of `tax` require the price in different currencies. */
function shop() {
  return federate({
    shop: {
      sdl: `type Query { products: [Product] }
        type Product @key(fields: "id") { id: ID! price(currency: String = "USD"): Float comments(limit: Int): [Comment] }
        type Comment { text: String }`,
      resolvers: {
        Query: { products: () => [{ id: '1' }, { id: '2' }] },
        Product: {
          __resolveReference: (reference: Row) => reference,
          price: ({ id }: Row, { currency }: { currency: string }) =>
            Number(id) * { USD: 1, EUR: 2, GBP: 3 }[currency]!,
          comments: (_: never, { limit }: { limit?: number }) =>
            ['one', 'two', 'three'].slice(0, limit ?? 3).map((text) => ({ text })),
        },
      },
    },
    tax: {
      sdl: `type Product @key(fields: "id") {
          id: ID! price(currency: String = "USD"): Float @external comments(limit: Int): [Comment] @external
          american: String @requires(fields: "price(currency: \\"USD\\")")
          european: String @requires(fields: "price(currency: \\"EUR\\")")
          byDefault: String @requires(fields: "price")
          summary: String @requires(fields: "comments(limit: 3) { text }") }
        type Comment { text: String @external }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: Row) => reference,
          american: ({ price }: Row) => `$${price}`,
          european: ({ price }: Row) => `€${price}`,
          byDefault: ({ price }: Row) => `${price}`,
          summary: ({ comments }: { comments: { text: string }[] }) => comments.map(({ text }) => text).join('+'),
        },
      },
    },
  });
}

describe('fields with arguments inside @requires', () => {
  const federation = shop();
  const engine = engineFor(federation);

  test('two requirements of one field with different arguments each get their value', async () => {
    expect(await ask(engine, '{ products { american european byDefault } }')).toEqual({
      data: {
        products: [
          { american: '$1', european: '€2', byDefault: '1' },
          { american: '$2', european: '€4', byDefault: '2' },
        ],
      },
    });
  });

  test("the client's own use of the field keeps its arguments", async () => {
    const source = `query ($currency: String, $limit: Int) { products { ...P summary european } }
      fragment P on Product { price(currency: $currency) comments(limit: $limit) { text } }`;
    const { data, errors } = await ask(engine, source, { currency: 'GBP', limit: 1 });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      products: [
        { price: 3, comments: [{ text: 'one' }], summary: 'one+two+three', european: '€2' },
        { price: 6, comments: [{ text: 'one' }], summary: 'one+two+three', european: '€4' },
      ],
    });
  });

  test('aliases equal to required fields do not interfere', async () => {
    const source = '{ products { price: id pounds: price(currency: "GBP") american comments: european } }';
    expect(await ask(engine, source)).toEqual({
      data: {
        products: [
          { price: '1', pounds: 3, american: '$1', comments: '€2' },
          { price: '2', pounds: 6, american: '$2', comments: '€4' },
        ],
      },
    });
  });

  test('a failed requirement is an error at the object, not at a field that was not selected', async () => {
    federation.transport.intercept((request) =>
      request.subgraph === 'shop' && /EUR/.test(request.query)
        ? {
            data: { products: [{ __typename: 'Product', id: '1' }] },
            errors: [
              { message: 'no rates', extensions: { code: 'NO_RATES' }, path: ['products', 0, 'price__required_1'] },
            ],
          }
        : undefined,
    );
    const { errors } = await ask(engine, '{ products { european } }').finally(() =>
      federation.transport.intercept(undefined),
    );
    expect(errors).toMatchObject([{ message: 'no rates', path: ['products', 0] }]);
  });
});

test('an excluded field does not affect other fields', async () => {
  const federation = shop();
  const engine = engineFor(federation);
  const source =
    'query ($yes: Boolean!) { products { ...P } } fragment P on Product { american summary @include(if: $yes) }';
  expect(await ask(engine, source, { yes: false })).toEqual({
    data: { products: [{ american: '$1' }, { american: '$2' }] },
  });
  expect(await ask(engine, source, { yes: true })).toMatchObject({
    data: { products: [{ summary: 'one+two+three' }, {}] },
  });
});

test('an excluded field with several conditions does not affect other fields', async () => {
  const engine = engineFor(shop());
  const source = `query ($no: Boolean!) { products @include(if: $no) { ...P @skip(if: $no) } products { american } }
    fragment P on Product { summary }`;
  for (const no of [false, true]) {
    expect(await ask(engine, source, { no })).toEqual({
      data: { products: [{ american: '$1' }, { american: '$2' }] },
    });
  }
});

describe("a client's alias that equals a name the planner fetches for itself", () => {
  const federation = federate({
    a: {
      sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! name: String size: Int }',
      resolvers: {
        Query: { thing: () => ({ id: '1' }) },
        Thing: { __resolveReference: (r: Row) => r, name: () => 'n', size: () => 4 },
      },
    },
    b: {
      sdl: 'type Thing @key(fields: "id") { id: ID! size: Int @external double: Int @requires(fields: "size") }',
      resolvers: { Thing: { __resolveReference: (r: Row) => r, double: ({ size }: { size: number }) => size * 2 } },
    },
  });
  const engine = engineFor(federation);

  test('does not change keys and requirements', async () => {
    expect(await ask(engine, '{ thing { id: name size: id double __typename: name } }')).toEqual({
      data: { thing: { id: 'n', size: '1', double: 8, __typename: 'n' } },
    });
  });

  test('is in error paths as the client wrote it', async () => {
    federation.transport.intercept(() => ({
      data: { thing: null },
      errors: [{ message: 'gone', extensions: { code: 'GONE' }, path: ['thing', 'size__aliases__id'] }],
    }));
    const { errors } = await ask(engine, '{ thing { size: id } }').finally(() =>
      federation.transport.intercept(undefined),
    );
    expect(errors).toMatchObject([{ message: 'gone', path: ['thing', 'size'] }]);
  });
});

test('an error of a field for which the planner uses an alias is reported at the field', async () => {
  const federation = federate({
    list: {
      sdl: `type Query { all: [Thing] } interface Thing { id: ID! }
        type Note implements Thing @key(fields: "id") { id: ID! } type Task implements Thing @key(fields: "id") { id: ID! text: Text @external
          title: String @requires(fields: "text { short }") } type Text { short: String @external }`,
      resolvers: {
        Query: {
          all: () => [
            { __typename: 'Task', id: '1' },
            { __typename: 'Note', id: '2' },
          ],
        },
        Task: { __resolveReference: (reference: Row) => reference, title: ({ text }: { text: Row }) => text.short },
      },
    },
    texts: {
      sdl: `type Note @key(fields: "id") { id: ID! text: [String] } type Task @key(fields: "id") { id: ID! text: Text }
        type Text { short: String }`,
      resolvers: {
        Note: {
          __resolveReference: (reference: Row) => reference,
          text: () => {
            throw new Error('no text');
          },
        },
        Task: { __resolveReference: (reference: Row) => reference, text: () => ({ short: 'mend' }) },
      },
    },
  });
  const { data, errors } = await ask(engineFor(federation), '{ all { ... on Task { title } ... on Note { text } } }');
  expect(data).toEqual({ all: [{ title: 'mend' }, { text: null }] });
  expect(errors).toMatchObject([{ path: ['all', 1, 'text'] }]);
});

describe('entering a subgraph again after @requires', () => {
  test('uses a resolvable key, even when the first key is not', async () => {
    const federation = federate({
      a: {
        sdl: `type Query { item: Item }
          type Item @key(fields: "sku", resolvable: false) @key(fields: "id") { id: ID! sku: ID! weight: Int @external
            cost: Int @requires(fields: "weight") }`,
        resolvers: {
          Query: { item: () => ({ id: '1', sku: 's' }) },
          Item: {
            __resolveReference: (reference: Row) => (reference.id ? { ...reference, sku: 's' } : null),
            cost: ({ weight }: { weight: number }) => weight * 10,
          },
        },
      },
      b: {
        sdl: 'type Item @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! weight: Int }',
        resolvers: { Item: { __resolveReference: () => ({ id: '1', sku: 's', weight: 5 }) } },
      },
    });
    const engine = engineFor(federation);
    expect(await ask(engine, '{ item { cost } }')).toEqual({ data: { item: { cost: 50 } } });
    const [again] = federation.transport.drain().slice(-1);
    expect(again!.variables.representations).toEqual([{ __typename: 'Item', id: '1', weight: 5 }]);
  });
});

describe('a field that no subgraph can resolve', () => {
  // No type implements the interface, and the subgraph with `ghost` doesn't have its field `id`.
  const federation = federate({
    a: {
      sdl: 'type Query { now: Int } interface Ghost { id: ID }',
      resolvers: { Query: { now: () => 1 } },
    },
    b: {
      sdl: 'type Query { ghost: Ghost } interface Ghost { name: String }',
      resolvers: { Query: { ghost: () => null } },
    },
  });
  const engine = engineFor(federation);

  test('is an error instead of a silent null', async () => {
    const { data, errors } = await ask(engine, '{ ghost { id } }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['ghost'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  test.each([
    ['through a fragment', '{ ...F } fragment F on Query { ghost { id } }', undefined],
    ['when included', 'query ($yes: Boolean!) { ghost @include(if: $yes) { id } }', { yes: true }],
  ])('is also an error %s', async (_, source, variables) => {
    expect((await ask(engine, source, variables)).errors).toHaveLength(1);
  });

  test('does not affect other fields', async () => {
    const { data, errors } = await ask(engine, '{ now ghost { id } }');
    expect(data).toEqual({ now: 1, ghost: null });
    expect(errors).toHaveLength(1);
  });

  test.each([
    ['it is skipped', 'query ($no: Boolean!) { ghost @include(if: $no) { id } }', { no: false }, {}],
    [
      'only __typename is left',
      'query ($yes: Boolean!) { __typename now @skip(if: $yes) }',
      { yes: true },
      { __typename: 'Query' },
    ],
  ])('is no error when %s', async (_, source, variables, data) => {
    expect(await ask(engine, source, variables)).toEqual({ data });
  });
});

test('an operation is planned even when the planner fails on one of the candidate plans', async () => {
  const vessels = [
    { __typename: 'Ship', id: '1', name: 'Elba' },
    { __typename: 'Barge', id: '2', name: 'Isar' },
  ];
  const vessel = { __resolveReference: ({ id }: Row) => vessels.find((each) => each.id === id) };
  const itself = (reference: Row): Row => reference;
  const federation = federate({
    fleet: {
      sdl: `type Query { all: [Vessel!] } interface Vessel @key(fields: "id") { id: ID! name: String }
        type Ship implements Vessel @key(fields: "id") { id: ID! name: String }
        type Barge implements Vessel @key(fields: "id") { id: ID! name: String }`,
      resolvers: { Query: { all: () => vessels }, Vessel: vessel, Ship: vessel, Barge: vessel },
    },
    berths: {
      sdl: `type Query { moored: [Vessel!] }
        type Vessel @key(fields: "id") @interfaceObject { id: ID! berth: String! }`,
      resolvers: {
        Query: { moored: () => [{ id: '1' }, { id: '2' }] },
        Vessel: { __resolveReference: itself, berth: ({ id }: Row) => `B${id}` },
      },
    },
    signs: {
      sdl: `type Vessel @key(fields: "id") @interfaceObject { id: ID! name: String @external berth: String! @external
        toBerth: String @requires(fields: "berth") greeting(times: Int = 1): String! @requires(fields: "name") }`,
      resolvers: {
        Vessel: {
          __resolveReference: itself,
          toBerth: ({ berth }: Row) => `to ${berth}`,
          greeting: ({ name }: Row, { times }: { times: number }) => `ahoy ${name}`.repeat(times),
        },
      },
    },
  });
  const source = `query ($yes: Boolean!, $times: Int = 2) {
      moored { ... on Ship { toBerth sign: toBerth } greeting(times: $times) }
      all { ... on Ship @include(if: $yes) { greeting } }
    }`;
  expect(await ask(engineFor(federation), source, { yes: true })).toEqual({
    data: {
      moored: [{ toBerth: 'to B1', sign: 'to B1', greeting: 'ahoy Elbaahoy Elba' }, { greeting: 'ahoy Isarahoy Isar' }],
      all: [{ greeting: 'ahoy Elba' }, {}],
    },
  });
});

describe('an excluded field that the plan fetches anyway', () => {
  const federation = federate({
    scales: {
      sdl: 'type Item @key(fields: "id") { id: ID! weight: Int }',
      resolvers: { Item: { __resolveReference: (reference: Row) => reference, weight: () => 5 } },
    },
    freight: {
      sdl: `type Query { items: [Item] } type Item @key(fields: "id") { id: ID! weight: Int @external cost: Int @requires(fields: "weight")
        toll: Int @requires(fields: "weight") }`,
      resolvers: {
        Query: { items: () => [{ id: '1' }] },
        Item: {
          __resolveReference: (reference: Row) => reference,
          cost: ({ weight }: { weight: number }) => weight * 10,
          toll: () => {
            throw new Error('no tolls');
          },
        },
      },
    },
  });
  const engine = engineFor(federation);

  test.each([
    [
      'in a fragment',
      'query ($no: Boolean!) { ...T @include(if: $no) items { cost } } fragment T on Query { items { toll } }',
    ],
    ['below an excluded field', 'query ($no: Boolean!) { items @include(if: $no) { toll } items { cost } }'],
  ])('has no errors when it is %s', async (_, source) => {
    expect(await ask(engine, source, { no: false })).toEqual({ data: { items: [{ cost: 50 }] } });
  });

  test('has errors when it is also selected without a condition', async () => {
    const source =
      'query ($no: Boolean!) { ...T @include(if: $no) items { cost toll } } fragment T on Query { items { toll } }';
    const { data, errors } = await ask(engine, source, { no: false });
    expect(data).toEqual({ items: [{ cost: 50, toll: null }] });
    expect(errors).toMatchObject([{ path: ['items', 0, 'toll'] }]);
  });
});
