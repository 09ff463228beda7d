import { expect, test } from '@jest/globals';
import { perSecond } from '../bucket.ts';
import type { Withdrawal } from '../budget-store.ts';
import { JoinedWithdrawals } from '../joined-withdrawals.ts';
import { MemoryStore } from '../memory-store.ts';

const size = perSecond(50, 100);

function openStore() {
  const store = new MemoryStore(() => 0);
  const asked: Withdrawal[] = [];
  const joined = new JoinedWithdrawals({
    take(withdrawal) {
      asked.push(withdrawal);
      return store.take(withdrawal);
    },
  });
  return { asked, take: (key: string, points: number) => joined.take({ key, size, points }) };
}

test('withdrawals of one turn from one bucket are one withdrawal', async () => {
  const { asked, take } = openStore();
  const outcomes = await Promise.all([take('a', 10), take('b', 1), take('a', 20), take('a', 5)]);
  expect(asked.map(({ key, points }) => [key, points])).toEqual([
    ['a', 35],
    ['b', 1],
  ]);
  expect(outcomes.map(({ granted, available }) => [granted, available])).toEqual([
    [true, 65],
    [true, 99],
    [true, 65],
    [true, 65],
  ]);
});

test('if the bucket has too little for all, the first ones get what it has', async () => {
  const { take } = openStore();
  const outcomes = await Promise.all([take('a', 60), take('a', 30), take('a', 30), take('a', 10)]);
  expect(outcomes.map(({ granted }) => granted)).toEqual([true, true, false, true]);
  expect(outcomes.map(({ waitMs }) => waitMs)).toEqual([0, 0, 400, 0]);
});

test('withdrawals of different turns are separate', async () => {
  const { asked, take } = openStore();
  await take('a', 10);
  await take('a', 10);
  expect(asked).toHaveLength(2);
});
