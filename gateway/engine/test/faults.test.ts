import { afterEach, describe, expect, test } from '@jest/globals';
import { SubgraphFailure, type SubgraphResult } from '../ports.ts';
import { federate, type RecordedRequest } from './federation.ts';
import { ask, engineFor } from './harness.ts';

type Row = Record<string, unknown>;

const federation = federate({
  shop: {
    sdl: `type Query { products: [Product] required: [Product!]! one: Product }
      type Product @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Query: {
        products: () => [{ id: '1' }, { id: '2' }, { id: '1' }],
        required: () => [{ id: '1' }, { id: '2' }],
        one: () => ({ id: '1' }),
      },
      Product: { name: ({ id }: Row) => `name ${id}` },
    },
  },
  stock: {
    sdl: `type Product @key(fields: "id") { id: ID! count: Int! shelf: Shelf note: String level: Level weight: Float tags: [String!] any: Any }
      type Shelf { row: Int! label: String } enum Level { LOW HIGH } scalar Any`,
    resolvers: {
      Product: {
        __resolveReference: ({ id }: Row) => ({ id }),
        count: () => 5,
        shelf: () => ({ row: 1, label: 'a' }),
        note: ({ id }: Row) => {
          if (id === '2') throw new Error('no note');
          return 'fine';
        },
      },
    },
  },
});
const engine = engineFor(federation);

/** Makes up the responses of `stock`. */
function stockResponds(respond: (request: RecordedRequest) => SubgraphResult | SubgraphFailure): void {
  federation.transport.intercept((request) => (request.subgraph === 'stock' ? respond(request) : undefined));
}
function entities(...list: (Row | null)[]): SubgraphResult {
  return { data: { _entities: list as never } }; // not what a subgraph may send
}
const gone = new SubgraphFailure('SUBREQUEST_HTTP_ERROR', 'stock', {
  message: 'Subgraph "stock" is unavailable',
  retryable: true,
  retryAfterSeconds: 3,
});

afterEach(() => federation.transport.intercept(undefined));

describe('an error of a subgraph', () => {
  test('is reported at every position of an object that was fetched once', async () => {
    const { data, errors } = await ask(engine, '{ a: products { note } products { id x: note } }');
    expect(data).toMatchObject({ a: [{ note: 'fine' }, { note: null }, { note: 'fine' }] });
    expect(errors!.map(({ path }) => path)).toEqual([
      ['a', 1, 'note'],
      ['products', 1, 'x'],
    ]);
  });

  test('has a code, says whether a retry may help, and names the subgraph and the request', async () => {
    const { errors } = await ask(engine, '{ one { note } }', {});
    expect(errors).toBeUndefined();
    stockResponds(() => ({
      data: { _entities: [null] },
      errors: [
        {
          message: 'busy',
          path: ['_entities', 0, 'note'],
          extensions: { code: 'RATE_LIMITED', stacktrace: ['secret.ts:1'], exception: { host: '10.0.0.1' }, detail: 7 },
        },
      ],
    }));
    expect((await ask(engine, '{ one { note } }')).errors).toEqual([
      {
        message: 'busy',
        path: ['one', 'note'],
        extensions: { code: 'RATE_LIMITED', retryable: true, detail: 7, subgraph: 'stock', requestId: 'request-1' },
      },
    ]);
  });

  test('without a code is masked, since its message may come from a driver', async () => {
    stockResponds(() => ({ data: null, errors: [{ message: 'connect ECONNREFUSED 10.0.0.7:5432' }] }));
    const { errors } = await ask(engine, '{ one { note } }');
    expect(errors).toMatchObject([{ path: ['one', 'note'], extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } }]);
    expect(JSON.stringify(errors)).not.toContain('10.0.0.7');
  });

  test.each(['ER_ACCESS_DENIED', 'INTERNAL_SERVER_ERROR'])(
    'with the code %s, which is not public, is masked except for its public extensions',
    async (code) => {
      const debug = { sql: 'select password_hash from account', host: '10.0.0.7' };
      const extensions = { code, debug, stacktrace: ['at pg.ts'], limit: 7 };
      stockResponds(() => ({ data: null, errors: [{ message: 'pq: relation secret.tbl at 10.0.0.7', extensions }] }));
      const { errors } = await ask(engine, '{ one { note } }');
      expect(errors).toMatchObject([
        {
          message: 'Subgraph "stock" reported an error',
          extensions: { code: code === 'INTERNAL_SERVER_ERROR' ? code : 'DOWNSTREAM_SERVICE_ERROR', limit: 7 },
        },
      ]);
      expect(JSON.stringify(errors)).not.toMatch(/10\.0\.0\.7|secret|select|ER_ACCESS|stacktrace/);
    },
  );

  test('without a usable path is reported at the fetched field', async () => {
    for (const path of [undefined, 'x', ['_entities'], ['_entities', 99, 'note'], [{}], ['nowhere', 0]]) {
      stockResponds(() => ({ data: null, errors: [{ message: 'no', path, extensions: { code: 'NOPE' } }] }));
      const { data, errors } = await ask(engine, '{ one { name note } }');
      expect(data).toEqual({ one: { name: 'name 1', note: null } });
      expect(errors).toMatchObject([{ message: 'no', path: ['one', 'note'] }]);
    }
  });
});

describe('a subgraph that fails', () => {
  test('makes only its own fields null, each with an error', async () => {
    stockResponds(() => gone);
    const { data, errors } = await ask(engine, '{ products { name note shelf { row } } }');
    expect(data).toEqual({
      products: ['1', '2', '1'].map((id) => ({ name: `name ${id}`, note: null, shelf: null })),
    });
    expect(errors).toHaveLength(6);
    expect(errors![0]).toEqual({
      message: 'Subgraph "stock" is unavailable',
      path: ['products', 0, 'note'],
      extensions: {
        code: 'SUBREQUEST_HTTP_ERROR',
        retryable: true,
        retryAfterSeconds: 3,
        subgraph: 'stock',
        requestId: 'request-1',
      },
    });
  });

  test('makes the nearest nullable position null, with no second error for the same null', async () => {
    stockResponds(() => gone);
    const { data, errors } = await ask(engine, '{ required { name count } }');
    expect(data).toBeNull();
    expect(errors!.map(({ path }) => path)).toEqual([
      ['required', 0, 'count'],
      ['required', 1, 'count'],
    ]);
  });

  test('is not named in errors when subgraph names are hidden', async () => {
    stockResponds(() => gone);
    const unnamed = engineFor(federation, { exposeSubgraphNames: false });
    const { errors } = await ask(unnamed, '{ one { note } }');
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).not.toContain('stock');
  });

  test('at the root makes each of its root fields null', async () => {
    federation.transport.intercept(({ subgraph }) => (subgraph === 'shop' ? gone : undefined));
    const { data, errors } = await ask(engine, '{ one { name } products { id } __typename }');
    expect(data).toEqual({ one: null, products: null, __typename: 'Query' });
    expect(errors!.map(({ path }) => path)).toEqual([['one'], ['products']]);
  });

  test('with an unexpected error rejects the request', async () => {
    federation.transport.intercept(() => {
      throw new Error('a bug in the transport');
    });
    await expect(ask(engine, '{ one { name } }')).rejects.toThrow('a bug in the transport');
  });
});

describe('a response of the wrong shape is an error at the fetched field', () => {
  test.each([
    ['an empty object', {}],
    ['data that is a list', { data: [] as never }], // not what a subgraph may send
    ['data that is text', { data: 'text' as never }], // not what a subgraph may send
    ['no entities', { data: {} }],
    ['too few entities', { data: { _entities: [] } }],
    ['too many entities', { data: { _entities: [{}, {}] } }],
    ['entities that are an object', { data: { _entities: {} as never } }], // not what a subgraph may send
  ])('%s', async (_, response) => {
    stockResponds(() => response);
    const { data, errors } = await ask(engine, '{ one { name note } }');
    expect(data).toEqual({ one: { name: 'name 1', note: null } });
    expect(errors).toMatchObject([
      {
        path: ['one', 'note'],
        extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false, subgraph: 'stock' },
      },
    ]);
  });
});

describe('a value of the wrong type', () => {
  const malformed = { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false, requestId: 'request-1' };

  test.each([
    ['a string for an Int', 'count: weight', { count: 'x' }, ['one', 'count']],
    ['a fraction for an Int', 'shelf { row }', { shelf: { row: 1.5 } }, ['one', 'shelf', 'row']],
    ['a number for a String', 'note', { note: 4 }, ['one', 'note']],
    ['an object for a String', 'note', { note: {} }, ['one', 'note']],
    ['an unknown enum value', 'level', { level: 'HUGE' }, ['one', 'level']],
    ['a list for an enum', 'level', { level: ['LOW'] }, ['one', 'level']],
    ['Infinity for a Float', 'weight', JSON.parse('{"weight":1e999}') as Row, ['one', 'weight']],
    ['a string for a list', 'tags', { tags: 'a' }, ['one', 'tags']],
    ['an object for a list', 'tags', { tags: { length: 1 } }, ['one', 'tags']],
    ['a null in a list without nulls', 'tags', { tags: ['a', null] }, ['one', 'tags', 1]],
    ['a number in a list of strings', 'tags', { tags: [1] }, ['one', 'tags', 0]],
    ['a list for an object', 'shelf { label }', { shelf: [] }, ['one', 'shelf']],
    ['a string for an object', 'shelf { label }', { shelf: 'top' }, ['one', 'shelf']],
  ])('%s is null with an error at its path', async (_, selection, entity, path) => {
    stockResponds(() => entities(entity));
    const { data, errors } = await ask(engine, `{ one { name ${selection} } }`);
    expect(errors).toMatchObject([{ path, extensions: malformed }]);
    const one = (data as { one: Row }).one;
    expect(one.name).toBe('name 1');
    expect(one[path[1] as string]).toBeNull();
  });

  test('a null for a non-null field makes the nearest nullable field null', async () => {
    stockResponds(() => entities({ count: null }));
    const { data, errors } = await ask(engine, '{ one { name count } }');
    expect(data).toEqual({ one: null });
    expect(errors).toMatchObject([{ path: ['one', 'count'], extensions: malformed }]);
  });

  test('an entity that the subgraph does not have makes its fields null without an error', async () => {
    stockResponds(() => entities(null));
    expect(await ask(engine, '{ one { name note } }')).toEqual({ data: { one: { name: 'name 1', note: null } } });
  });

  test('a custom scalar accepts any JSON', async () => {
    stockResponds(() => entities({ any: { deep: [1, 'ü\u2028', null, { __proto__: 1 }] } }));
    expect(await ask(engine, '{ one { any } }')).toEqual({
      data: { one: { any: { deep: [1, 'ü\u2028', null, {}] } } },
    });
  });

  test('keys that were not selected have no effect', async () => {
    stockResponds(() => entities({ note: 'n', name: 'overwritten', id: '9', __proto__: { polluted: true } }));
    expect(await ask(engine, '{ one { id name note } }')).toEqual({
      data: { one: { id: '1', name: 'name 1', note: 'n' } },
    });
    expect({}).not.toHaveProperty('polluted');
  });
});

test('a client that disconnects causes no further requests', async () => {
  const controller = new AbortController();
  federation.transport.drain();
  federation.transport.intercept(() => {
    controller.abort();
    return undefined;
  });
  const operation = await engine.prepare({ source: '{ products { note } }' });
  await engine.execute(operation, {}, { requestId: 'r', identityKey: '', headers: {}, signal: controller.signal });
  expect(federation.transport.drain().map(({ subgraph }) => subgraph)).toEqual(['shop']);
});

test('invalid variables are reported before any request to a subgraph', async () => {
  const federated = federate({
    a: { sdl: 'type Query { f(n: Int!, i: In): Int } input In { a: Int! }', resolvers: { Query: { f: () => 1 } } },
  });
  const strict = engineFor(federated);
  const { errors, data } = await ask(strict, 'query ($n: Int!, $i: In) { f(n: $n, i: $i) }', { n: 'x', i: {} });
  expect(data).toBeUndefined();
  expect(errors!.length).toBeGreaterThanOrEqual(2);
  for (const error of errors!) expect(error.extensions.code).toBe('BAD_USER_INPUT');
  expect(federated.transport.drain()).toEqual([]);
});
