import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Variables } from '../engine.ts';
import { SubgraphFailure } from '../ports.ts';
import { type Federation, federate, type SubgraphFixture } from './federation.ts';
import { engineFor, type GraphQLResponse, scope } from './harness.ts';

type Fixtures = Record<string, SubgraphFixture>;

/** One subgraph reports moves of vehicles. Two others have the plates and the drivers of the vehicles. */
function fleet(moves: () => AsyncIterable<unknown>): Fixtures {
  return {
    tracking: {
      sdl: `type Query { _unused: Int } type Subscription { moved(ids: [ID!]!): Move }
        type Move { speed: Float! vehicle: Vehicle } type Vehicle @key(fields: "id") { id: ID! }`,
      resolvers: { Subscription: { moved: { subscribe: moves } } },
    },
    fleet: {
      sdl: `type Query { vehicle: Vehicle } type Vehicle @key(fields: "id") { id: ID! plate: String! driver: Driver }
        type Driver @key(fields: "id") { id: ID! }`,
      resolvers: {
        Vehicle: {
          __resolveReference: ({ id }: { id: string }) => ({ id, plate: `PLATE-${id}`, driver: { id: `d${id}` } }),
        },
      },
    },
    people: {
      sdl: 'type Query { _none: Int } type Driver @key(fields: "id") { id: ID! name: String }',
      resolvers: { Driver: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Driver ${id}` }) } },
    },
  };
}

async function* events(...values: unknown[]): AsyncGenerator<unknown> {
  for (const moved of values) yield { moved };
}

async function collect(federation: Federation, source: string, variables: Variables = {}): Promise<GraphQLResponse[]> {
  const engine = engineFor(federation);
  const operation = await engine.prepare({ source });
  const responses: GraphQLResponse[] = [];
  for await (const { data, errors } of engine.subscribe(operation, variables, scope)) {
    responses.push({
      ...(data !== undefined && { data: JSON.parse(data) as unknown }),
      ...(errors.length > 0 && { errors }),
    });
  }
  return responses;
}

const document = 'subscription($ids: [ID!]!) { moved(ids: $ids) { speed vehicle { plate driver { name } } } }';

describe('a subscription over several subgraphs', () => {
  test('adds the fields of other subgraphs to every event, in the order of the events', async () => {
    const federation = federate(
      fleet(() => events({ speed: 1.5, vehicle: { id: '7' } }, { speed: 2, vehicle: { id: '8' } })),
    );
    expect(await collect(federation, document, { ids: ['7', '8'] })).toEqual([
      { data: { moved: { speed: 1.5, vehicle: { plate: 'PLATE-7', driver: { name: 'Driver d7' } } } } },
      { data: { moved: { speed: 2, vehicle: { plate: 'PLATE-8', driver: { name: 'Driver d8' } } } } },
    ]);
    expect(federation.transport.requests[0]).toMatchObject({ subgraph: 'tracking', variables: { ids: ['7', '8'] } });
  });

  test('sends no further request when the event has all selected fields', async () => {
    const federation = federate(fleet(() => events({ speed: 3, vehicle: null })));
    const responses = await collect(
      federation,
      'subscription { moved(ids: []) { __typename speed vehicle { plate } } }',
    );
    expect(responses).toEqual([{ data: { moved: { __typename: 'Move', speed: 3, vehicle: null } } }]);
    expect(federation.transport.requests.map((request) => request.subgraph)).toEqual(['tracking']);
  });

  test('sends an event with errors when a subgraph fails, and continues', async () => {
    const federation = federate(
      fleet(() => events({ speed: 1, vehicle: { id: '1' } }, { speed: 2, vehicle: { id: '2' } })),
    );
    let calls = 0;
    federation.transport.intercept(({ subgraph }) =>
      subgraph === 'people' && ++calls === 1
        ? new SubgraphFailure('GATEWAY_TIMEOUT', 'people', {
            message: 'Subgraph "people" took too long',
            retryable: true,
          })
        : undefined,
    );
    expect(await collect(federation, document, { ids: [] })).toMatchObject([
      {
        data: { moved: { vehicle: { plate: 'PLATE-1', driver: { name: null } } } },
        errors: [
          { path: ['moved', 'vehicle', 'driver', 'name'], extensions: { code: 'GATEWAY_TIMEOUT', subgraph: 'people' } },
        ],
      },
      { data: { moved: { vehicle: { driver: { name: 'Driver d2' } } } } },
    ]);
  });

  test('reports a failed source in a last response', async () => {
    const federation = federate(fleet(() => events()));
    federation.transport.subscribe = async function* () {
      yield { data: { moved: { speed: 1, vehicle: null } } };
      throw new SubgraphFailure('SUBREQUEST_HTTP_ERROR', 'tracking', {
        message: 'Subgraph "tracking" is gone',
        retryable: true,
      });
    };
    expect(await collect(federation, document, { ids: [] })).toMatchObject([
      { data: { moved: { speed: 1 } } },
      { errors: [{ extensions: { code: 'SUBREQUEST_HTTP_ERROR', subgraph: 'tracking', requestId: 'request-1' } }] },
    ]);
  });

  test('passes errors of the source on with their paths', async () => {
    const federation = federate(fleet(() => events()));
    federation.transport.subscribe = async function* () {
      yield {
        data: { moved: null },
        errors: [{ message: 'no such vehicle', path: ['moved'], extensions: { code: 'NOT_FOUND' } }],
      };
    };
    expect(await collect(federation, document, { ids: [] })).toMatchObject([
      { data: { moved: null }, errors: [{ path: ['moved'], extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });

  test('completes up to eight events concurrently, and sends them in their order', async () => {
    const count = 20;
    const moves = Array.from({ length: count }, (_, speed) => ({ speed, vehicle: { id: String(speed) } }));
    const federation = federate(fleet(() => events(...moves)));
    const { transport } = federation;
    const fetch = transport.fetch.bind(transport);
    const waiting: { readonly respond: () => void }[] = [];
    let requests = 0;
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
    transport.fetch = async (request, ...rest) => {
      requests += 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ respond: resolve });
      if (waiting.length === 8) isFull();
      await promise;
      return fetch(request, ...rest);
    };
    const responses = collect(federation, 'subscription { moved(ids: []) { speed vehicle { plate } } }');
    await full;
    expect(requests).toBe(8); // the other events wait
    // The newest request gets its response first.
    while (requests < count || waiting.length > 0) {
      waiting.pop()?.respond();
      await setImmediate();
    }
    expect(await responses).toEqual(
      moves.map(({ speed }) => ({ data: { moved: { speed, vehicle: { plate: `PLATE-${speed}` } } } })),
    );
  });

  test('an unexpected error makes one event a response with an error, without effect on other events', async () => {
    const federation = federate(fleet(() => events(...[1, 2, 3].map((speed) => ({ speed, vehicle: { id: '1' } })))));
    let calls = 0;
    const defects: unknown[] = [];
    federation.transport.intercept(() => {
      calls += 1;
      if (calls === 2) throw new Error('a defect');
      return undefined;
    });
    const engine = engineFor(federation);
    const operation = await engine.prepare({ source: 'subscription { moved(ids: []) { speed vehicle { plate } } }' });
    const onDefect = (error: unknown): void => void defects.push(error);
    const responses = await Array.fromAsync(engine.subscribe(operation, {}, scope, { onDefect }));
    const failed = {
      data: 'null',
      errors: [
        {
          message: 'Internal server error',
          extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: 'request-1' },
        },
      ],
    };
    const whole = (speed: number) => ({
      data: `{"moved":{"speed":${speed},"vehicle":{"plate":"PLATE-1"}}}`,
      errors: [],
      cost: 0,
    });
    expect(responses).toEqual([whole(1), failed, whole(3)]);
    expect(defects).toEqual([new Error('a defect')]);
  });

  test('refuses a query', async () => {
    const engine = engineFor(federate(fleet(() => events())));
    const operation = await engine.prepare({ source: '{ vehicle { plate } }' });
    await expect(engine.subscribe(operation, {}, scope).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
