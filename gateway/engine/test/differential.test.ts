import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ExecutionResult, graphql } from 'graphql';
import { seed } from '#shared/test/random.ts';
import { comparable } from './comparable.ts';
import { type GeneratedGraph, generateGraph, graphShape } from './generated-graph.ts';
import { generateInterfaceGraph, interfaceShape } from './generated-interfaces.ts';
import { type GeneratedOperation, generateOperation } from './generated-operation.ts';
import { ask, engineFor, type GraphQLResponse } from './harness.ts';
import { random } from './random.ts';
import { stockExecutor } from './stock.ts';

const OPERATIONS_PER_GRAPH = 6;

/** Runs random operations on a generated graph, and on one schema with the same data. */
async function compareWithMonolith(
  { federation, monolith }: GeneratedGraph,
  draw: fc.GeneratorValue,
  compare: (operation: GeneratedOperation, actual: GraphQLResponse, expected: ExecutionResult) => void,
): Promise<void> {
  const engine = engineFor(federation);
  for (let index = 0; index < OPERATIONS_PER_GRAPH; index++) {
    const operation = generateOperation(engine.schema, draw);
    if (!operation) continue;
    const { source, variables } = operation;
    federation.transport.foldsRepeats = draw(fc.boolean);
    const actual = await ask(engine, source, variables);
    compare(operation, actual, await graphql({ schema: monolith, source, variableValues: variables }));
  }
}

/** Turns of the event loop before a subgraph responds. A faster subgraph responds several times before a slower one responds once. */
const inOrder = (subgraph: string): number => ({ s1: 10, s2: 100 })[subgraph] ?? 0;
const inReverse = (subgraph: string): number => ({ s0: 100, s1: 10 })[subgraph] ?? 0;

describe(`random graphs and operations (TEST_SEED=${seed})`, () => {
  test('the federated graph responds like one schema with the same data', async () => {
    await fc.assert(
      fc.asyncProperty(graphShape, fc.gen(), async (shape, draw) => {
        const graph = generateGraph(shape);
        if (!graph) return;
        await compareWithMonolith(graph, draw, ({ source }, actual, expected) => {
          expect({ source, ...comparable(actual) }).toEqual({ source, ...comparable(expected) });
        });
      }),
      random(),
    );
  });

  // There may be additional errors, of fields that are selected on other types only: the object's type isn't known before the response.
  test('the federated graph responds like one schema when it has interface objects', async () => {
    await fc.assert(
      fc.asyncProperty(interfaceShape, fc.gen(), async (shape, draw) => {
        const graph = generateInterfaceGraph(shape);
        if (!graph) return;
        await compareWithMonolith(graph, draw, ({ source }, actual, expected) => {
          const { data, explainedNulls } = comparable(expected);
          const response = comparable(actual);
          expect({ source, data: response.data }).toEqual({ source, data });
          expect(response.explainedNulls).toEqual(expect.arrayContaining(explainedNulls));
        });
      }),
      random(1 / 3),
    );
  });

  test('the federated graph responds like @apollo/gateway where that is right', async () => {
    await fc.assert(
      fc.asyncProperty(graphShape, fc.gen(), async (shape, draw) => {
        const graph = generateGraph(shape);
        if (!graph) return;
        const { federation, monolith } = graph;
        const engine = engineFor(federation);
        const stock = await stockExecutor(federation);
        const generated = generateOperation(engine.schema, draw);
        if (!generated) return;
        const { source, variables } = generated;
        const expected = await stock(source, variables);
        const truth = await graphql({ schema: monolith, source, variableValues: variables });
        if (JSON.stringify(expected.data) !== JSON.stringify(truth.data)) return;
        const actual = await ask(engine, source, variables);
        expect({ source, data: actual.data }).toEqual({ source, data: JSON.parse(JSON.stringify(truth.data)) });
      }),
      random(1 / 3),
    );
  });

  test('the federated graph responds like @apollo/gateway when the members of a union differ between subgraphs', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(graphShape, fc.gen(), async (shape, draw) => {
        const [whole, differing] = [generateGraph(shape), generateGraph(shape, { differingUnions: true })];
        if (!whole || !differing) return;
        const engine = engineFor(differing.federation);
        const [stockOfWhole, stock, stockInReverse] = [
          await stockExecutor(whole.federation),
          await stockExecutor(differing.federation, inOrder),
          await stockExecutor(differing.federation, inReverse),
        ];
        for (let index = 0; index < OPERATIONS_PER_GRAPH; index++) {
          const generated = generateOperation(engine.schema, draw, { emptyObjects: false });
          if (!generated) continue;
          const { source, variables } = generated;
          // Operations that @apollo/gateway gets wrong without such unions are skipped.
          const [response, truth] = [
            await stockOfWhole(source, variables),
            await graphql({ schema: whole.monolith, source, variableValues: variables }),
          ];
          if (JSON.stringify(response.data) !== JSON.stringify(truth.data)) continue;
          const expected = await stock(source, variables);
          // Subgraphs with different members may return different values for one field, and the last response wins. Such operations are skipped.
          const reordered = await stockInReverse(source, variables);
          if (JSON.stringify(reordered.data) !== JSON.stringify(expected.data)) continue;
          const actual = await ask(engine, source, variables);
          expect({ source, data: actual.data ?? null }).toEqual({
            source,
            data: JSON.parse(JSON.stringify(expected.data ?? null)),
          });
          compared++;
        }
      }),
      random(1 / 6),
    );
    expect(compared).toBeGreaterThan(0);
  });
});
