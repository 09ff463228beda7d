import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { graphql } from 'graphql';
import { comparable } from './comparable.ts';
import { generateGraph, graphShape } from './generated-graph.ts';
import { generateOperation } from './generated-operation.ts';
import { ask, engineFor } from './harness.ts';
import { stockExecutor } from './stock.ts';

const runs = Number(process.env.ENGINE_DIFFERENTIAL_RUNS ?? 60);
const OPERATIONS_PER_GRAPH = 6;

describe('random graphs and operations', () => {
  test('the federated graph answers like one schema with the same data', async () => {
    await fc.assert(
      fc.asyncProperty(graphShape, fc.gen(), async (shape, draw) => {
        const graph = generateGraph(shape);
        if (!graph) return;
        const { federation, monolith } = graph;
        const engine = engineFor(federation);
        for (let index = 0; index < OPERATIONS_PER_GRAPH; index++) {
          const generated = generateOperation(engine.schema, draw);
          if (!generated) continue;
          const { source, variables } = generated;
          federation.transport.foldsRepeats = draw(fc.boolean);
          const actual = await ask(engine, source, variables);
          const expected = await graphql({ schema: monolith, source, variableValues: variables });
          expect({ source, ...comparable(actual) }).toEqual({ source, ...comparable(expected) });
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  test('and like @apollo/gateway, where that one gets it right', async () => {
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
      { numRuns: Math.ceil(runs / 3), endOnFailure: true },
    );
  });
});
