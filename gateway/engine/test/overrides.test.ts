import { describe, expect, test } from '@jest/globals';
import { chooseLabels, type LabelledOverride } from '../supergraph/overrides.ts';

const overrides = (...labels: string[]): LabelledOverride[] => labels.map((label) => ({ label, field: 'price' }));
const never = (): boolean => false;

describe('labels of @override for one request', () => {
  test.each([
    ['percent(30)', 0.299, true],
    ['percent(30)', 0.3, false],
    ['percent(0)', 0, false],
    ['percent(100)', 0.999, true],
    ['percent(0.5)', 0.0049, true],
    ['percent(0.5)', 0.005, false],
  ])('%s is active for the random number %d: %p', (label, roll, active) => {
    expect(chooseLabels(overrides(label), never, () => roll)).toEqual(active ? [label] : []);
  });

  test('a named label is active when isActive says so, and is listed once', () => {
    const isActive = (label: string): boolean => label === 'new-pricing';
    expect(chooseLabels(overrides('new-pricing', 'other', 'new-pricing'), isActive)).toEqual(['new-pricing']);
  });

  test('each percentage has its own random number', () => {
    const rolls = [0.1, 0.9];
    expect(chooseLabels(overrides('percent(50)', 'percent(60)'), never, () => rolls.shift()!)).toEqual(['percent(50)']);
  });
});
