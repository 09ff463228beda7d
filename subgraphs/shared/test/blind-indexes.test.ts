import { expect, test } from '@jest/globals';
import { createBlindIndexes, newBlindIndexKey } from '../identity/blind-indexes.ts';

const oldest = 'a key of an earlier release, which has no id';
const middle = newBlindIndexKey(new Date('2026-11-29T12:00:00Z'));
const newest = newBlindIndexKey(new Date('2027-11-29T12:00:00Z'));
const value = 'somebody@index.test';
const indexOf = (...keys: [string, ...string[]]) => createBlindIndexes(keys).indexOf(value, 'email');

test('the first key makes the index, which begins with the id of the key and depends on value, purpose and every key', () => {
  expect(indexOf(oldest)).toMatch(/^[\w-]{43}$/);
  expect(indexOf(middle, oldest)).toMatch(/^20261129120000\.[\w-]{43}$/);
  expect(indexOf(oldest, middle)).toBe(indexOf(oldest));
  expect(indexOf(middle)).not.toBe(indexOf(middle, oldest));
  const indexes = createBlindIndexes([oldest]);
  expect(indexes.indexOf('other@index.test', 'email')).not.toBe(indexOf(oldest));
  expect(indexes.indexOf(value, 'licence')).not.toBe(indexOf(oldest));
});

test('a value is looked for under every key, whichever is first', () => {
  const all = [indexOf(oldest), indexOf(middle, oldest), indexOf(newest, middle, oldest)];
  for (const first of [oldest, middle, newest]) {
    const others = [oldest, middle, newest].filter((key) => key !== first);
    const [written, ...read] = createBlindIndexes([first, ...others]).indexesOf(value, 'email');
    expect(written).toBe(indexOf(first, ...others));
    expect(new Set([written, ...read])).toEqual(new Set(all));
  }
});

test('an index is renewed without its value; one under the first key or a newer one stays', () => {
  const { renewedIndex, olderIndexIds } = createBlindIndexes([middle, newest, oldest]);
  const renewed = indexOf(middle, oldest);
  expect(renewedIndex(indexOf(oldest), 'email')).toBe(renewed);
  expect(renewedIndex(`${indexOf(oldest)} of-a-double`, 'email')).toBe(`${renewed} of-a-double`);
  for (const stored of [renewed, indexOf(newest, middle, oldest), 'unknown.index'])
    expect(renewedIndex(stored, 'email')).toBe(stored);
  expect(olderIndexIds).toEqual([undefined]);
  expect(createBlindIndexes([newest, middle, oldest]).renewedIndex(indexOf(oldest), 'email')).toBe(
    indexOf(newest, middle, oldest),
  );
});
