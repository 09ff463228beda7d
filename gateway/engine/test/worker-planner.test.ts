import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createWorkerPlanner } from '../planning/worker-planner.ts';
import { federate } from './federation.ts';
import { engineFor, scope } from './harness.ts';

/** Every object can be fetched from every subgraph, so the ways to plan a deep selection multiply. */
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
  const planner = createWorkerPlanner({ supergraphSdl: federation.supergraphSdl, limitMs: 700, reliefAfterMs: 50 });
  const engine = engineFor(federation, { planner });
  afterAll(() => planner.close());

  test('an operation that explodes planning ends alone; others are planned meanwhile', async () => {
    await planner.ready;
    const source = bomb(4);
    const exploding = engine.prepare({ source, document: parse(source) }).catch((error: unknown) => error);
    const others = await Promise.all(
      ['a', 'b', 'c'].map((alias) => engine.prepare({ source: `{ ${alias}: node { id } }` })),
    );
    expect(others.map(({ plan }) => plan.node?.kind)).toEqual(['Fetch', 'Fetch', 'Fetch']);
    expect(await exploding).toMatchObject({ code: 'GATEWAY_TIMEOUT' });
    // The same text is refused at once and costs no worker again.
    await expect(planner.plan({ source, operationName: undefined, activeLabels: [] })).rejects.toMatchObject({
      reason: 'timeout',
    });
    expect((await engine.prepare({ source: '{ d: node { id } }' })).plan.node?.kind).toBe('Fetch');
  });

  test('many requests for one operation make one plan', async () => {
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

  test('what fails to plan is an error with a code, and the next request tries again', async () => {
    const broken = { plan: () => Promise.reject(new Error('boom')), close: async () => {} };
    const failing = engineFor(federation, { planner: broken });
    await expect(failing.prepare({ source: '{ node { id } }' })).rejects.toThrow('boom');
    await expect(failing.prepare({ source: '{ node { id } }' })).rejects.toThrow('boom');
  });
});

test('a closed planner refuses instead of hanging', async () => {
  const federation = federate({ a: { sdl: 'type Query { x: Int }', resolvers: { Query: { x: () => 1 } } } });
  const planner = createWorkerPlanner({ supergraphSdl: federation.supergraphSdl });
  const engine = engineFor(federation, { planner });
  const operation = await engine.prepare({ source: '{ x }' });
  expect((await engine.execute(operation, {}, scope)).data).toBe('{"x":1}');
  const waiting = planner.plan({ source: '{ y: x }', operationName: undefined, activeLabels: [] });
  await Promise.all([planner.close(), expect(waiting).rejects.toMatchObject({ reason: 'closed' })]);
  await expect(engine.prepare({ source: '{ z: x }' })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
});
