import { describe, expect, test } from '@jest/globals';
import type { Variables } from '../engine.ts';
import { SubgraphFailure } from '../ports.ts';
import { type Federation, federate } from './federation.ts';
import { engineFor, scope } from './harness.ts';
import { announcedPayloads, assembled, assembledByIds, payloads } from './payloads.ts';

const people = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Bo' },
];

function graph(): Federation {
  return federate({
    users: {
      sdl: `type Query { users: [User!]! me: User search: [Found!]! }
        union Found = User | Place type Place { title: String }
        type User @key(fields: "id") { id: ID! name: String slow: String friend: User }`,
      resolvers: {
        Query: {
          users: () => people,
          me: () => people[0],
          search: () => [
            { __typename: 'User', ...people[1] },
            { __typename: 'Place', title: 'Dock' },
          ],
        },
        User: {
          __resolveReference: ({ id }: { id: string }) => people.find((person) => person.id === id),
          slow: ({ id }: { id: string }) => `slow ${id}`,
          friend: ({ id }: { id: string }) => people.find((person) => person.id !== id),
        },
      },
    },
    reviews: {
      sdl: `type Query { _n: Int } type User @key(fields: "id") { id: ID! reviews: [Review!]! score(of: Int!): Int! }
        type Review { body: String author: User }`,
      resolvers: {
        User: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          reviews: ({ id }: { id: string }) => [{ body: `by ${id}`, author: { id } }],
          score: ({ id }: { id: string }, { of }: { of: number }) => Number(id) * of,
        },
      },
    },
  });
}

async function whole(federation: Federation, source: string, variables: Variables = {}): Promise<unknown> {
  const engine = engineFor(federation);
  const { data } = await engine.execute(await engine.prepare({ source }), variables, scope);
  return JSON.parse(data ?? 'null');
}

describe('@defer', () => {
  test('delivers the other fields first, then the deferred fields of every object', async () => {
    const received = await payloads(graph(), '{ users { name ... @defer(label: "later") { reviews { body } } } }');
    expect(received).toEqual([
      { data: { users: [{ name: 'Ada' }, { name: 'Bo' }] }, hasNext: true },
      {
        incremental: [
          { label: 'later', path: ['users', 0], data: { reviews: [{ body: 'by 1' }] } },
          { label: 'later', path: ['users', 1], data: { reviews: [{ body: 'by 2' }] } },
        ],
        hasNext: false,
      },
    ]);
  });

  const documents: [string, string, Variables][] = [
    ['nested', '{ me { name ... @defer { slow ... @defer(label: "x") { reviews { body author { name } } } } } }', {}],
    [
      'in a named fragment used twice',
      '{ me { ...F @defer } users { ...F @defer } } fragment F on User { slow reviews { body } }',
      {},
    ],
    ['of introspection', '{ me { name } ... @defer { __schema { queryType { name } } me { slow } } }', {}],
    ['at the root', '{ me { id } ... @defer { users { name } } }', {}],
    ['with no other field beside it', '{ me { friend { ... @defer { slow reviews { body } } } } }', {}],
    [
      'below a type condition',
      '{ search { ... on User { name ... @defer { reviews { body } } } ... on Place { title } } }',
      {},
    ],
    ['on a union', '{ search { __typename ... on User @defer { name reviews { body } } } }', {}],
    [
      'with aliases and arguments',
      'query($n: Int!) { me { a: score(of: 1) ... @defer { b: score(of: $n) c: name } } }',
      { n: 3 },
    ],
    ['skipped', 'query($s: Boolean!) { me { name ... @defer { slow @skip(if: $s) reviews { body } } } }', { s: true }],
    ['overlapping', '{ me { name ... @defer { name slow } } }', {}],
  ];
  test.each(documents)('adds up to the whole response: %s', async (_case, source, variables) => {
    const received = await payloads(graph(), source, variables);
    expect(assembled(received)).toEqual(await whole(graph(), source, variables));
    expect(received.slice(0, -1).every((payload) => payload.hasNext === true)).toBe(true);
    expect(received.at(-1)?.hasNext).toBe(false);
  });

  test.each(documents)('adds up to the whole response in the format of 2023: %s', async (_case, source, variables) => {
    const received = await announcedPayloads(graph(), source, variables);
    expect(assembledByIds(received)).toEqual(await whole(graph(), source, variables));
    expect(received.map(({ hasNext }) => hasNext)).toEqual(
      received.map((_payload, index) => index < received.length - 1),
    );
  });

  test('in the format of 2023 announces objects, adds to them by id, and completes them', async () => {
    expect(
      await announcedPayloads(graph(), '{ users { name ... @defer(label: "later") { reviews { body } } } }'),
    ).toEqual([
      {
        data: { users: [{ name: 'Ada' }, { name: 'Bo' }] },
        pending: [
          { id: '0', path: ['users', 0], label: 'later' },
          { id: '1', path: ['users', 1], label: 'later' },
        ],
        hasNext: true,
      },
      {
        incremental: [
          { id: '0', data: { reviews: [{ body: 'by 1' }] } },
          { id: '1', data: { reviews: [{ body: 'by 2' }] } },
        ],
        completed: [{ id: '0' }, { id: '1' }],
        hasNext: false,
      },
    ]);
    expect(await announcedPayloads(graph(), '{ me { name } }')).toEqual([{ data: { me: { name: 'Ada' } } }]);
  });

  test('in the format of 2023 completes an object with errors when a non-null field failed', async () => {
    const federation = graph();
    federation.transport.intercept(({ subgraph }) =>
      subgraph === 'reviews' ? { data: null, errors: [{ message: 'no' }] } : undefined,
    );
    const received = await announcedPayloads(federation, '{ me { name ... @defer { reviews { body } } } }');
    expect(received[1]).toEqual({
      completed: [{ id: '0', errors: [expect.objectContaining({ path: ['me', 'reviews'] })] }],
      hasNext: false,
    });
  });

  test('has no effect when its condition is false, and for clients that do not accept parts', async () => {
    const source = 'query($d: Boolean!) { me { name ... @defer(if: $d) { slow } } }';
    const all = { me: { name: 'Ada', slow: 'slow 1' } };
    expect(await payloads(graph(), source, { d: false })).toEqual([{ data: all }]);
    expect(await payloads(graph(), source, { d: true })).toHaveLength(2);
    expect(await whole(graph(), source, { d: true })).toEqual(all);
  });

  test('fetches deferred fields only after the initial response', async () => {
    const federation = graph();
    const engine = engineFor(federation);
    const operation = await engine.prepare({
      source: '{ me { name ... @defer { reviews { body } } } }',
      incremental: true,
    });
    const stream = engine.deliver(operation, {}, scope);
    await stream.next();
    expect(federation.transport.drain().map((request) => request.subgraph)).toEqual(['users']);
    await stream.next();
    expect(federation.transport.drain().map((request) => request.subgraph)).toEqual(['reviews']);
  });

  test('reports errors in the part that they belong to, with paths from the root', async () => {
    const federation = graph();
    federation.transport.intercept(({ subgraph }) =>
      subgraph === 'reviews'
        ? new SubgraphFailure('SUBREQUEST_HTTP_ERROR', 'reviews', {
            message: 'Subgraph "reviews" is down',
            retryable: true,
          })
        : undefined,
    );
    const received = await payloads(federation, '{ users { name ... @defer { reviews { body } } } }');
    expect(received[0]).toEqual({ data: { users: [{ name: 'Ada' }, { name: 'Bo' }] }, hasNext: true });
    expect(received[1]).toMatchObject({
      incremental: [
        {
          path: ['users', 0],
          data: null,
          errors: [
            { path: ['users', 0, 'reviews'], extensions: { code: 'SUBREQUEST_HTTP_ERROR', requestId: 'request-1' } },
          ],
        },
        { path: ['users', 1], data: null, errors: [{ path: ['users', 1, 'reviews'] }] },
      ],
      hasNext: false,
    });
  });

  test('delivers nothing after a response without data', async () => {
    const federation = graph();
    federation.transport.intercept(({ query }) =>
      query.includes('users') ? { data: null, errors: [{ message: 'no', path: ['users'] }] } : undefined,
    );
    const received = await payloads(federation, '{ users { name ... @defer { slow } } }');
    expect(received).toMatchObject([{ data: null, errors: [{ path: ['users'] }], hasNext: false }]);
  });
});

test('a requirement below a deferred field, which the planner can not defer, comes in one ordinary response', async () => {
  const federation = federate({
    a: {
      sdl: 'type P @key(fields: "id") { id: ID! name: String }',
      resolvers: { P: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `name ${id}` }) } },
    },
    b: {
      sdl: `type Query { top: [P!]! }
        type P @key(fields: "id") { id: ID! name: String @external greet: String @requires(fields: "name") next: P }`,
      resolvers: {
        Query: { top: () => [{ id: '1' }] },
        P: {
          __resolveReference: (reference: object) => reference,
          next: () => ({ id: '2' }),
          greet: ({ name }: { name: string }) => `hi ${name}`,
        },
      },
    },
  });
  expect(await payloads(federation, '{ top { id ... @defer { next { greet } } } }')).toEqual([
    { data: { top: [{ id: '1', next: { greet: 'hi name 2' } }] } },
  ]);
});
