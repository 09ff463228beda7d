import { describe, expect, test } from '@jest/globals';
import type { SubgraphResult } from '../ports.ts';
import { federate } from './federation.ts';
import { ask, engineFor, scope } from './harness.ts';
import { stockExecutor } from './stock.ts';

/** Tests intercept the requests to these subgraphs and make up the responses. */
const federation = federate({
  media: {
    sdl: `type Query { work: Work works: [Work] needed: Media! media: Media }
      union Work = Film | Book
      interface Media { id: ID! }
      type Film implements Media @key(fields: "id") { id: ID! minutes: Int }
      type Book implements Media @key(fields: "id") { id: ID! pages: Int }`,
  },
  reviews: { sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }' },
});
const engine = engineFor(federation);

function askWithResponse(data: unknown, source: string) {
  federation.transport.intercept(() => ({ data }) as SubgraphResult);
  return ask(engine, source);
}

describe('a value of an interface or union without __typename', () => {
  const message = (type: string) => `Expected an object of type "${type}" but it has no __typename`;

  test.each([
    ['a union', '{ work { ... on Film { minutes } } }', { work: { minutes: 90 } }, { work: null }, ['work'], 'Work'],
    ['a union with __typename selected', '{ work { __typename } }', { work: {} }, { work: null }, ['work'], 'Work'],
    ['an interface', '{ media { id } }', { media: { id: '1' } }, { media: null }, ['media'], 'Media'],
    [
      'an interface with fragments',
      '{ media { id ... on Film { minutes } } }',
      { media: { id: '1', minutes: 90 } },
      { media: null },
      ['media'],
      'Media',
    ],
    ['a non-null interface', '{ needed { id } }', { needed: { id: '1' } }, null, ['needed'], 'Media'],
    [
      'an item of a list, without effect on the other items',
      '{ works { ... on Book { pages } } }',
      { works: [{ pages: 1 }, { __typename: 'Book', pages: 2 }] },
      { works: [null, { pages: 2 }] },
      ['works', 0],
      'Work',
    ],
  ])('is null with an error: %s', async (_, source, sent, data, path, type) => {
    expect(await askWithResponse(sent, source)).toEqual({
      data,
      errors: [
        {
          message: message(type),
          path,
          extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false, requestId: 'request-1' },
        },
      ],
    });
  });

  test('is also an error in a response in parts', async () => {
    federation.transport.intercept(() => ({ data: { media: { id: '1' }, works: [{}] } }));
    const source = '{ media { id } ... @defer { works { ... on Book { pages } } } }';
    const operation = await engine.prepare({ source, incremental: true });
    const payloads = await Array.fromAsync(engine.deliver(operation, {}, scope), (text) => JSON.parse(text));
    const errors = [...payloads, ...payloads.flatMap(({ incremental }) => incremental ?? [])].flatMap(
      (payload) => payload.errors ?? [],
    );
    expect(errors.map((error) => error.message)).toEqual([message('Media'), message('Work')]);
  });
});

describe('a field whose type is an object type in one subgraph and an interface or union in another', () => {
  const narrowed = federate({
    a: {
      sdl: `type Query { media: Film @shareable work: Film @shareable }
        interface Media { id: ID } union Work = Film type Film implements Media @shareable { id: ID minutes: Int }`,
      resolvers: { Query: { media: () => ({ id: '1', minutes: 90 }), work: () => ({ id: '2', minutes: 80 }) } },
    },
    b: {
      sdl: `type Query { media: Media @shareable work: Work @shareable other: Int } union Work = Film | Book
        interface Media { id: ID } type Film implements Media @shareable { id: ID minutes: Int } type Book implements Media { id: ID }`,
    },
  });

  test.each([
    ['{ media { id } }', { media: { id: '1' } }],
    ['{ media { ... on Film { minutes } ... on Book { id } } }', { media: { minutes: 90 } }],
    ['{ media { __typename ... on Media { id } } }', { media: { __typename: 'Film', id: '1' } }],
    ['{ work { ... on Film { id } } }', { work: { id: '2' } }],
    ['{ work { __typename } }', { work: { __typename: 'Film' } }],
    ['{ a: work { ... on Film { id } } b: work { __typename } }', { a: { id: '2' }, b: { __typename: 'Film' } }],
  ])('%s gets the fields of its object type', async (source, data) => {
    expect(await ask(engineFor(narrowed), source)).toEqual({ data });
  });

  test('loses the fields in fragments under @apollo/gateway, which does not fetch __typename', async () => {
    const execute = await stockExecutor(narrowed);
    expect(await execute('{ media { ... on Film { minutes } } }')).toEqual({ data: { media: {} } });
  });
});
