import { describe, expect, test } from '@jest/globals';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';

interface Reference {
  readonly id: string;
}

describe('a non-null field that another subgraph returns no entity for', () => {
  // `names` has no item whose id starts with 0.
  const federation = federate({
    items: {
      sdl: `type Query { one: Item list: [Item!] grid: [[Item!]!] box: Box must: Item! }
        type Box { label: String items: [Item!]! } type Item @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          one: () => ({ id: '0' }),
          list: () => [{ id: '1' }, { id: '0' }],
          grid: () => [[{ id: '1' }], [{ id: '0' }]],
          box: () => ({ label: 'box', items: [{ id: '1' }, { id: '0' }, { id: '00' }] }),
          must: () => ({ id: '0' }),
        },
      },
    },
    names: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String! note: String maker: Maker } type Maker @key(fields: "id") { id: ID! }',
      resolvers: {
        Item: {
          __resolveReference: ({ id }: Reference) =>
            id.startsWith('0') ? null : { id, name: 'n', maker: { id: 'm' } },
        },
      },
    },
    makers: {
      sdl: 'type Maker @key(fields: "id") { id: ID! city: String! }',
      resolvers: { Maker: { __resolveReference: () => null } },
    },
  });
  const engine = engineFor(federation);

  test.each([
    ['the object', '{ one { id name } }', { one: null }, ['one', 'name']],
    ['a list with non-null items', '{ list { name } }', { list: null }, ['list', 1, 'name']],
    ['lists of lists', '{ grid { name } }', { grid: null }, ['grid', 1, 0, 'name']],
    ['the object with the list', '{ box { label items { name } } }', { box: null }, ['box', 'items', 1, 'name']],
    ['the whole data', '{ one { id } must { name } }', null, ['must', 'name']],
  ])('makes %s null', async (_, source, data, path) => {
    const response = await ask(engine, source);
    expect(response.data).toEqual(data);
    expect(response.errors?.[0]).toMatchObject({ path, extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE' } });
  });

  test('makes only the nearest nullable object null, also across two subgraphs', async () => {
    const { data, errors } = await ask(engine, '{ list { maker { city } } }');
    expect(data).toEqual({ list: [{ maker: null }, { maker: null }] });
    expect(errors).toMatchObject([{ path: ['list', 0, 'maker', 'city'] }]);
  });

  test.each([
    ['is nullable', '{ one { id note } }', { one: { id: '0', note: null } }],
    ['is skipped', 'query ($yes: Boolean = true) { one { id name @skip(if: $yes) } }', { one: { id: '0' } }],
  ])('causes no error when it %s', async (_, source, data) => {
    expect(await ask(engine, source)).toEqual({ data });
  });
});

// Adjacent mutation fields of one subgraph are sent in one request, as the planner groups them. Fetches for their results come after it.
test('a mutation field completes in all subgraphs before the next one starts in another subgraph', async () => {
  const order: string[] = [];
  const act = (name: string, result: unknown) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
    return result;
  };
  const enrich = (subgraph: string) => (reference: Reference) => {
    order.push(`${subgraph} of ${reference.id}`);
    return { ...reference, note: `note ${reference.id}`, size: 1 };
  };
  const engine = engineFor(
    federate({
      a: {
        sdl: 'type Query { x: Int } type Mutation { open: Log close: Log } type Log @key(fields: "id") { id: ID! }',
        resolvers: { Mutation: { open: act('open', { id: '1' }), close: act('close', { id: '2' }) } },
      },
      b: {
        sdl: 'type Mutation { count: Int } type Log @key(fields: "id") { id: ID! note: String }',
        resolvers: { Mutation: { count: act('count', 3) }, Log: { __resolveReference: enrich('note') } },
      },
      c: {
        sdl: 'type Log @key(fields: "id") { id: ID! size: Int }',
        resolvers: { Log: { __resolveReference: enrich('size') } },
      },
    }),
  );
  const source = 'mutation { open { size } ...Rest again: count } fragment Rest on Mutation { count close { note } }';
  expect(await ask(engine, source)).toEqual({
    data: { open: { size: 1 }, count: 3, close: { note: 'note 2' }, again: 3 },
  });
  expect(order).toEqual([
    ...['open begins', 'open ends', 'size of 1'],
    ...['count begins', 'count ends'],
    ...['close begins', 'close ends', 'note of 2'],
    ...['count begins', 'count ends'],
  ]);
});
