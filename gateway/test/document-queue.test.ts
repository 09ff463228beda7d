import { expect, test } from '@jest/globals';
import { DocumentQueue } from '../pipeline/document-queue.ts';

/** Keeps the processor busy, as the validation of a document does. */
function validate(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('new documents take turns with other work, in the order of their arrival', async () => {
  const queue = new DocumentQueue();
  const validated: number[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const documents = Array.from({ length: 20 }, async (_, index) => {
    await queue.turn();
    validated.push(index);
    validate(6);
  });
  await Promise.all(documents);
  isOver = true;
  expect(validated).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(turns).toBeGreaterThanOrEqual(9);
});

test('a burst of one client is served, and what is beyond is refused at once', async () => {
  const queue = new DocumentQueue();
  const outcomes = Array.from({ length: 300 }, () =>
    queue.turn().then(
      () => 'ok',
      (error: { code: string }) => error.code,
    ),
  );
  const codes = await Promise.all(outcomes);
  expect(codes.filter((code) => code === 'ok')).toHaveLength(257);
  expect(new Set(codes)).toEqual(new Set(['ok', 'REQUEST_CONCURRENCY_LIMITED']));
});
