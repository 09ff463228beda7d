import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createInlinePlanner } from '../../engine/planning/inline-planner.ts';
import { loadSupergraphModel } from '../../engine/supergraph/model.ts';
import { generateGraph, graphShape } from '../../engine/test/generated-graph.ts';
import { generateOperation } from '../../engine/test/generated-operation.ts';
import { random } from '../../engine/test/random.ts';
import { readGatewayConfig } from '../../read-config.ts';
import { AssessedSupergraph } from '../gate/assessed-supergraph.ts';
import { SupergraphComparison } from '../gate/compare-supergraphs.ts';
import { changeSupergraph } from './changed-supergraph.ts';

const settings = readGatewayConfig(['--supergraph', 'none'], {});

/** What a supergraph does with a document: validity, price and plan. Undefined if the text is no supergraph. */
function createJudge(sdl: string): ((text: string) => Promise<unknown>) | undefined {
  try {
    const planner = createInlinePlanner(sdl);
    const assessed = new AssessedSupergraph(sdl, settings, () => planner);
    return async (text) => {
      const { document: _document, ...verdict } = { document: undefined, ...(await assessed.assess(text)) };
      if (verdict.kind === 'faulty') return verdict;
      const plan = await planner.plan({ source: text, operationName: undefined, activeLabels: [] });
      return { ...verdict, plan: JSON.stringify(plan) };
    };
  } catch {
    return undefined;
  }
}

test('a document that touches nothing of what changed is as valid as before, costs as much and has the same plan', async () => {
  const counts = { skipped: 0, examined: 0 };
  await fc.assert(
    fc.asyncProperty(graphShape, fc.gen(), async (shape, draw) => {
      const current = generateGraph(shape)?.federation.supergraphSdl;
      if (current === undefined) return;
      const before = createJudge(current);
      const schema = loadSupergraphModel(current).apiSchema;
      const sources = Array.from({ length: 6 }, () => generateOperation(schema, draw)?.source ?? '{ __typename }');
      for (let change = 0; change < 8; change++) {
        const next = changeSupergraph(current, draw);
        const after = createJudge(next);
        if (!before || !after) continue;
        const comparison = new SupergraphComparison({ current, next, settings, clients: [] });
        for (const source of sources) {
          const canSkip = comparison.canSkip(source);
          counts[canSkip ? 'skipped' : 'examined'] += 1;
          if (canSkip) expect(await after(source)).toEqual(await before(source));
        }
      }
    }),
    random(0.3),
  );
  // A comparison that skipped nothing, or everything, would show nothing.
  expect(Math.min(counts.skipped, counts.examined)).toBeGreaterThan(20);
});
