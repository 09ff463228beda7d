import { describe, expect, test } from '@jest/globals';
import type { PreparedOperation, Variant } from '../operation.ts';
import { createInlinePlanner } from '../planning/inline-planner.ts';
import type { Planner } from '../planning/planner.ts';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';

const federation = federate({
  people: {
    sdl: 'type Query { person(id: ID): Person } type Person { id: ID name: String friend: Person }',
    resolvers: {
      Query: { person: (_: never, { id }: { id?: string }) => ({ id: id ?? '1', name: 'Ada' }) },
      Person: { friend: () => ({ id: '2', name: 'Grace' }) },
    },
  },
});

/** A planner that records the planned texts. `planned` returns and removes them. */
function countingPlanner(): Planner & { planned(): string[] } {
  const planner = createInlinePlanner(federation.supergraphSdl);
  const planned: string[] = [];
  return {
    plan(request) {
      planned.push(request.source);
      return planner.plan(request);
    },
    close: () => planner.close(),
    planned: () => planned.splice(0),
  };
}

/** An operation with a given number of selections. */
function operation(name: string, selections: number): string {
  const aliases = Array.from({ length: selections - 1 }, (_, index) => `a${index}: name`);
  return `query ${name} { person { ${aliases.join(' ')} } }`;
}

/** Like `operation`, with five selections that each have a condition. */
function conditional(name: string, selections: number): string {
  const variables = [0, 1, 2, 3, 4].map((index) => `$c${index}: Boolean!`);
  const fields = Array.from({ length: selections - 1 }, (_, index) =>
    index < 5 ? `a${index}: name @include(if: $c${index})` : `a${index}: name`,
  );
  return `query ${name}(${variables.join(' ')}) { person { ${fields.join(' ')} } }`;
}

/** Compiles the variants for all values of these conditions, in a fixed order. */
function compileVariants(operation: PreparedOperation, from = 0): Variant[] {
  return Array.from({ length: 32 - from }, (_, index) =>
    operation.variantFor(
      Object.fromEntries([0, 1, 2, 3, 4].map((bit) => [`c${bit}`, ((from + index) >> bit) % 2 === 1])),
    ),
  );
}

describe('prepared operations', () => {
  test('are planned once, also for concurrent requests', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner });
    const source = operation('A', 3);
    await Promise.all([engine.prepare({ source }), engine.prepare({ source })]);
    await engine.prepare({ source });
    expect(planner.planned()).toEqual([source]);
  });

  test('are kept up to a maximum number', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner, maxOperations: 2 });
    const [first, second, third] = [operation('A', 3), operation('B', 3), operation('C', 3)];
    for (const source of [first, second, third, second, first]) await engine.prepare({ source });
    expect(planner.planned()).toEqual([first, second, third, first]);
  });

  test('are kept up to a maximum number of selections, so that large ones do not fill the memory', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner, maxOperations: 10 }); // 1,000 selections; one operation counts at most 250
    const large = ['A', 'B', 'C', 'D', 'E'].map((name) => operation(name, 900));
    for (const source of [...large, large[4]!, large[0]!]) await engine.prepare({ source });
    expect(planner.planned()).toEqual([...large, large[0]]);
  });

  test('count once more for each compiled variant, since clients choose the conditions', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner, maxOperations: 8 }); // 800 selections; one operation counts at most 200
    const texts = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map((name) => conditional(name, 20));
    for (const source of texts) await engine.prepare({ source });
    expect(planner.planned()).toEqual(texts); // 160 selections
    for (const source of texts) compileVariants(await engine.prepare({ source }));
    // An operation counts 20 selections, and 20 more for each of the nine variants that fit into its share. So 800 selections are four operations.
    planner.planned();
    for (const source of texts.toReversed()) await engine.prepare({ source });
    expect(planner.planned()).toEqual(texts.slice(0, 4).toReversed());
  });

  test.each([
    ['a small operation', 1_000, 20, 16],
    ['a larger one', 8, 20, 9],
    ['one that is larger than its share', 8, 300, 1],
  ])(
    '%s keeps as many variants as fit into its share: %d operations, %d selections, %d variants',
    async (_, maxOperations, selections, kept) => {
      const engine = engineFor(federation, { maxOperations });
      const operation = await engine.prepare({ source: conditional('A', selections) });
      const first = compileVariants(operation);
      expect(new Set(first).size).toBe(32);
      const last = first.slice(-kept);
      const again = compileVariants(operation, first.length - kept);
      expect(again.map((variant) => last.indexOf(variant))).toEqual([...last.keys()]);
    },
  );

  test('with similar texts do not share results', async () => {
    const engine = engineFor(federation);
    for (const name of ['__proto__', 'constructor', 'id', 'name']) {
      const source = `query ($id: ID) { ${name}: person(id: $id) { x: id friend { x: id } } }`;
      for (const id of ['7', '8']) {
        expect(await ask(engine, source, { id })).toEqual({
          data: JSON.parse(`{"${name}":{"x":"${id}","friend":{"x":"2"}}}`),
        });
      }
    }
  });
});
