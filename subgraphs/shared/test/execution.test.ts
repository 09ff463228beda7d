import { describe, expect, test } from '@jest/globals';
import { buildSchema, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { Execution, type ExecutionOptions } from '../graphql/execution.ts';
import { operationOf } from './operation.ts';

interface Box {
  readonly boxes: (args: { first: number }) => unknown;
  readonly size: number;
}

/** Nested boxes, with a count of the calls of their resolver. */
function createBoxes(): { readonly schema: GraphQLSchema; readonly root: Box; asked(): number } {
  let asked = 0;
  const root: Box = {
    size: 1,
    boxes: async ({ first }) => {
      asked++;
      return Array.from({ length: first }, () => root);
    },
  };
  const schema = buildSchema(
    'type Query { boxes(first: Int!): [Box!]! } type Box { size: Int! boxes(first: Int!): [Box!]! }',
  );
  return { schema, root, asked: () => asked };
}

function run(
  boxes: ReturnType<typeof createBoxes>,
  query: string,
  options: ExecutionOptions,
): Promise<ExecutionResult> {
  const execution = new Execution(options);
  const { schema, root: rootValue } = boxes;
  return execution.run(operationOf(schema, query), { rootValue });
}

describe('the execution of a request', () => {
  test('returns a result of exactly the allowed number of objects', async () => {
    const { data, errors } = await run(createBoxes(), '{ boxes(first: 10) { boxes(first: 9) { size } } }', {
      maxObjects: 100,
    });
    expect(errors).toBeUndefined();
    expect(data?.['boxes']).toHaveLength(10);
  });

  test('refuses one object more with one error, and resolves no further field', async () => {
    const boxes = createBoxes();
    const query =
      '{ boxes(first: 10) { boxes(first: 9) { size } more: boxes(first: 1) { boxes(first: 100) { size } } } }';
    const { data, errors } = await run(boxes, query, { maxObjects: 100 });
    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'COST_ACTUAL_TOO_EXPENSIVE', retryable: false, limit: 100 },
    ]);
    const asked = boxes.asked();
    await new Promise((resolve) => setImmediate(resolve));
    expect(boxes.asked()).toBe(asked);
    expect(asked).toBeLessThanOrEqual(31); // 1, 10 of each kind, and 10 below `more`
  });

  test('resolves nothing more after the gateway has disconnected', async () => {
    const gateway = new AbortController();
    const boxes = createBoxes();
    const result = run(boxes, '{ boxes(first: 100) { boxes(first: 100) { size } } }', {
      client: gateway.signal,
      maxObjects: 20_000,
    });
    gateway.abort();
    expect((await result).data).toBeNull();
    await new Promise((resolve) => setImmediate(resolve));
    expect(boxes.asked()).toBe(1);
  });

  test('lets other requests run while it completes a large result', async () => {
    let turns = 0;
    let completed = false;
    const others = () => {
      turns++;
      if (!completed) setImmediate(others);
    };
    const result = run(createBoxes(), '{ boxes(first: 100) { boxes(first: 150) { size } } }', { maxObjects: 20_000 });
    setImmediate(others);
    const { errors } = await result;
    completed = true;
    expect(errors).toBeUndefined();
    expect(turns).toBeGreaterThan(5);
  });
});
