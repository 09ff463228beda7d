import { expect, test } from '@jest/globals';
import { decodePlan, encodePlan } from '../stored-plans.ts';

const text = JSON.stringify({ kind: 'QueryPlan', node: { kind: 'Fetch', operation: '{ été }' } });

test('a plan comes back as it was stored', () => {
  expect(decodePlan(encodePlan(text))).toBe(text);
});

test.each([
  ['nothing', ''],
  ['other text', 'damaged'],
  ['a plan with another character', encodePlan(text).replace(/.$/, 'A')],
  ['a plan that ends early', encodePlan(text).slice(0, -4)],
  ['other JSON', encodePlan('{"kind":"Document"}')],
  ['text that is no JSON', encodePlan('plan')],
])('%s is no plan', (_what, encoded) => {
  expect(decodePlan(encoded)).toBeUndefined();
});
