import { expect, test } from '@jest/globals';
import { DocumentQueue } from '../pipeline/document-queue.ts';

test('new documents take turns: other work gets in between', async () => {
  const queue = new DocumentQueue();
  const order: string[] = [];
  const documents = ['a', 'b', 'c'].map((name) => queue.turn().then(() => order.push(name)));
  for (let turn = 1; turn <= 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`turn ${turn}`);
  }
  await Promise.all(documents);
  expect(order.filter((entry) => entry.length === 1)).toEqual(['a', 'b', 'c']);
  expect(order.indexOf('c') - order.indexOf('a')).toBeGreaterThan(2);
});

test('a document that would wait too long is refused at once', async () => {
  const queue = new DocumentQueue();
  const turns = Array.from({ length: 300 }, () =>
    queue.turn().then(
      () => 'ok',
      (error: { code: string }) => error.code,
    ),
  );
  const outcomes = await Promise.all(turns);
  expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(257);
  expect(new Set(outcomes)).toEqual(new Set(['ok', 'REQUEST_CONCURRENCY_LIMITED']));
});

test('a document that has waited too long is refused, and the next ones go on', async () => {
  let now = 0;
  const queue = new DocumentQueue(() => now);
  await queue.turn();
  const late = queue.turn().then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
  now = 2_500;
  const fresh = queue.turn().then(() => 'ok');
  expect(await Promise.all([late, fresh])).toEqual(['REQUEST_CONCURRENCY_LIMITED', 'ok']);
});
