import { describe, expect, test } from '@jest/globals';
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

/** Remembers the texts that were planned, since the last time they were taken. */
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

/** Of that many selections. */
function operation(name: string, selections: number): string {
  const aliases = Array.from({ length: selections - 1 }, (_, index) => `a${index}: name`);
  return `query ${name} { person { ${aliases.join(' ')} } }`;
}

describe('prepared operations', () => {
  test('are planned once, also when many ask at the same time', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner });
    const source = operation('A', 3);
    await Promise.all([engine.prepare({ source }), engine.prepare({ source })]);
    await engine.prepare({ source });
    expect(planner.planned()).toEqual([source]);
  });

  test('are kept up to a number of operations', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner, maxOperations: 2 });
    const [first, second, third] = [operation('A', 3), operation('B', 3), operation('C', 3)];
    for (const source of [first, second, third, second, first]) await engine.prepare({ source });
    expect(planner.planned()).toEqual([first, second, third, first]);
  });

  test('and up to a number of selections, so that large ones do not fill the memory', async () => {
    const planner = countingPlanner();
    const engine = engineFor(federation, { planner, maxOperations: 10 }); // 1,000 selections, of one operation at most 250
    const large = ['A', 'B', 'C', 'D', 'E'].map((name) => operation(name, 900));
    for (const source of [...large, large[4]!, large[0]!]) await engine.prepare({ source });
    expect(planner.planned()).toEqual([...large, large[0]]);
  });

  test('that look alike answer each for itself', async () => {
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
