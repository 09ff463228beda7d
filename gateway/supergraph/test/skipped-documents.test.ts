import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readGatewayConfig } from '../../config.ts';
import { createInlinePlanner } from '../../engine/planning/inline-planner.ts';
import { loadSupergraphModel } from '../../engine/supergraph/model.ts';
import { generateGraph, graphShape } from '../../engine/test/generated-graph.ts';
import { generateOperation } from '../../engine/test/generated-operation.ts';
import { random } from '../../engine/test/random.ts';
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
      const next = changeSupergraph(current, draw);
      const [before, after] = [createJudge(current), createJudge(next)];
      if (!before || !after) return;
      const comparison = new SupergraphComparison({ current, next, settings, clients: [] });
      const schema = loadSupergraphModel(current).apiSchema;
      for (let count = 0; count < 4; count++) {
        const source = generateOperation(schema, draw)?.source;
        if (source === undefined) continue;
        const canSkip = comparison.canSkip(source);
        counts[canSkip ? 'skipped' : 'examined'] += 1;
        if (canSkip) expect(await after(source)).toEqual(await before(source));
      }
    }),
    random(0.5),
  );
  // A comparison that skipped nothing, or everything, would show nothing.
  expect(Math.min(counts.skipped, counts.examined)).toBeGreaterThan(5);
});
