import type { QueryPlan } from '@apollo/query-planner';
import { describe, expect, test } from '@jest/globals';
import { KeptPlans } from '../planning/kept-plans.ts';
import type { PlanRequest } from '../planning/planner.ts';
import { CompactTexts } from '../values/compact-texts.ts';

const request = (source: string, isTrusted: boolean): PlanRequest => ({
  ...{ source, operationName: undefined, activeLabels: [], isTrusted },
});

describe('kept plans', () => {
  const planned: string[] = [];
  const planOf = (source: string): QueryPlan => ({
    kind: 'QueryPlan',
    node: { kind: 'Fetch', serviceName: 'people', operation: source.repeat(20), operationKind: 'query' } as never, // as much of a plan as the test needs
  });
  const planner = { plan: async ({ source }: PlanRequest) => planOf(source), close: async () => {} };
  const plans = new KeptPlans(planner, { onPlanned: ({ source }) => planned.push(source) });

  test('a trusted document is planned once, and any other each time', async () => {
    for (const isTrusted of [true, false])
      for (let count = 0; count < 3; count++) await plans.plan(request(`{ a${isTrusted} }`, isTrusted));
    expect(planned).toEqual(['{ atrue }', '{ afalse }', '{ afalse }', '{ afalse }']);
  });

  test('the plan of each document comes back as it was', async () => {
    const sources = Array.from({ length: 200 }, (_, index) => `{ field${index} { été${index * 7} } }`);
    for (const source of sources) await plans.plan(request(source, true));
    planned.length = 0;
    for (const source of sources) expect(await plans.plan(request(source, true))).toEqual(planOf(source));
    expect(planned).toEqual([]);
  });

  test('labels of @override make another plan', async () => {
    planned.length = 0;
    await plans.plan({ ...request('{ field1 { été7 } }', true), activeLabels: ['moved'] });
    expect(planned).toHaveLength(1);
  });
});

test('compact texts come back as they were, and take a fraction of their size once there are examples', () => {
  const texts = new CompactTexts();
  const given = Array.from({ length: 400 }, (_, index) => `${JSON.stringify({ index, unit: 'naïve ✓' }).repeat(10)}`);
  const packed = given.map((text) => texts.pack(text));
  expect(packed.map((text) => texts.unpack(text))).toEqual(given);
  expect(packed.at(-1)!.length).toBeLessThan(given.at(-1)!.length / 5);
});
