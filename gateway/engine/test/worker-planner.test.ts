import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createWorkerPlanner } from '../planning/worker-planner.ts';
import { federate } from './federation.ts';
import { engineFor, scope } from './harness.ts';

/** Every object can be fetched from every subgraph, so the number of candidate plans multiplies with each level of a selection. */
function bombSubgraphs() {
  const fields = Array.from({ length: 8 }, (_, index) => `f${index}: Node @shareable`).join(' ');
  const sdl = `type Query { node: Node @shareable } type Node @key(fields: "id") @key(fields: "code") { id: ID! @shareable code: ID! @shareable ${fields} }`;
  return federate(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`s${index}`, { sdl }])));
}

function bomb(depth: number): string {
  const level = (left: number): string =>
    left === 0 ? '{ id }' : `{ ${Array.from({ length: 8 }, (_, index) => `f${index} ${level(left - 1)}`).join(' ')} }`;
  return `{ node ${level(depth)} }`;
}

describe('planning in a worker', () => {
  const federation = bombSubgraphs();
  const planner = createWorkerPlanner({
    supergraphSdl: federation.supergraphSdl,
    limitMs: 250,
    secondThreadAfterMs: 50,
  });
  const engine = engineFor(federation, { planner });
  afterAll(() => planner.close());

  test('an operation that takes too long to plan fails, and other operations are planned in the meantime', async () => {
    await planner.ready;
    const source = bomb(4);
    const tooLong = engine.prepare({ source, document: parse(source) }).catch((error: unknown) => error);
    const others = await Promise.all(
      ['a', 'b', 'c'].map((alias) => engine.prepare({ source: `{ ${alias}: node { id } }` })),
    );
    expect(others.map(({ plan }) => plan.node?.kind)).toEqual(['Fetch', 'Fetch', 'Fetch']);
    expect(await tooLong).toMatchObject({ code: 'GATEWAY_TIMEOUT' });
    // The same text is refused without another attempt.
    await expect(planner.plan({ source, operationName: undefined, activeLabels: [] })).rejects.toMatchObject({
      reason: 'timeout',
    });
    expect((await engine.prepare({ source: '{ d: node { id } }' })).plan.node?.kind).toBe('Fetch');
  });

  test('an operation is planned once for many concurrent requests', async () => {
    let plans = 0;
    const counting = {
      plan: (request: Parameters<typeof planner.plan>[0]) => {
        plans++;
        return planner.plan(request);
      },
      close: () => planner.close(),
    };
    const counted = engineFor(federation, { planner: counting });
    const operations = await Promise.all(
      Array.from({ length: 20 }, () => counted.prepare({ source: '{ once: node { code } }' })),
    );
    expect(new Set(operations).size).toBe(1);
    expect(plans).toBe(1);
  });

  test('an operation that fails to plan is planned again for the next request', async () => {
    const broken = { plan: () => Promise.reject(new Error('boom')), close: async () => {} };
    const failing = engineFor(federation, { planner: broken });
    await expect(failing.prepare({ source: '{ node { id } }' })).rejects.toThrow('boom');
    await expect(failing.prepare({ source: '{ node { id } }' })).rejects.toThrow('boom');
  });
});

describe('operations with many candidate plans', () => {
  const types = Array.from({ length: 14 }, (_, index) => `T${index}`);
  const part = (field: string) => ({
    sdl: types.map((type) => `type ${type} @key(fields: "id") { id: ID! s: Int @shareable ${field}: Int }`).join(' '),
  });
  const federation = federate({
    a: {
      sdl: `type Query { any: I } interface I { id: ID! }
        ${types.map((type) => `type ${type} implements I @key(fields: "id") { id: ID! }`).join(' ')}`,
    },
    b: part('b'),
    c: part('c'),
    d: part('d'),
  });
  const planner = createWorkerPlanner({ supergraphSdl: federation.supergraphSdl });
  const engine = engineFor(federation, { planner });
  afterAll(() => planner.close());

  test('wait behind a light operation, even when they have few selections', async () => {
    await planner.ready;
    let planned = 0;
    const heavy = ['one', 'two', 'three', 'four'].map(async (alias) => {
      await engine.prepare({
        source: `{ ${alias}: any { ${types.map((type) => `... on ${type} { s b c d }`).join(' ')} } }`,
      });
      planned++;
    });
    await engine.prepare({ source: '{ any { ... on T0 { b } } }' });
    expect(planned).toBeLessThan(2);
    await Promise.all(heavy);
  });
});

test('an operation that takes too much memory to plan fails', async () => {
  const federation = bombSubgraphs();
  const { supergraphSdl } = federation;
  // Every heap is larger than this, so the first check of a busy worker exceeds the limit.
  const planner = createWorkerPlanner({ supergraphSdl, limitMs: 60_000, maxHeapMb: 1, hardLimitMb: 1_000 });
  const engine = engineFor(federation, { planner });
  await planner.ready;
  const source = bomb(4);
  const failed = engine.prepare({ source, document: parse(source) });
  await expect(failed.finally(() => planner.close())).rejects.toMatchObject({ code: 'COST_ESTIMATED_TOO_EXPENSIVE' });
});

test('the failure of an operation has the error of the planner as its cause', async () => {
  const federation = bombSubgraphs();
  const planner = createWorkerPlanner(federation);
  await expect(
    planner.plan({ source: '{ nothing }', operationName: undefined, activeLabels: [] }),
  ).rejects.toMatchObject({
    reason: 'failed',
    cause: { message: expect.stringContaining('nothing'), stack: expect.stringContaining('plan-operation') },
  });
  await planner.close();
});

test('a closed planner rejects queued and new operations', async () => {
  const federation = federate({ a: { sdl: 'type Query { x: Int }', resolvers: { Query: { x: () => 1 } } } });
  const planner = createWorkerPlanner({ supergraphSdl: federation.supergraphSdl });
  const engine = engineFor(federation, { planner });
  const operation = await engine.prepare({ source: '{ x }' });
  expect((await engine.execute(operation, {}, scope)).data).toBe('{"x":1}');
  const waiting = planner.plan({ source: '{ y: x }', operationName: undefined, activeLabels: [] });
  await Promise.all([planner.close(), expect(waiting).rejects.toMatchObject({ reason: 'closed' })]);
  await expect(engine.prepare({ source: '{ z: x }' })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
});
