import { expect, jest, test } from '@jest/globals';
import { Cancellation } from '../pipeline/cancellation.ts';
import { DocumentQueue } from '../pipeline/document-queue.ts';

/** Keeps the processor busy, as the validation of a document does. */
function validate(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('new documents take turns with other work, in the order of their arrival', async () => {
  const queue = new DocumentQueue({ isOn: false });
  const validated: number[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const documents = Array.from({ length: 20 }, async (_, index) => {
    await queue.turn(new Cancellation());
    validated.push(index);
    validate(6);
  });
  await Promise.all(documents);
  isOver = true;
  expect(validated).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(turns).toBeGreaterThanOrEqual(9);
});

test('a burst of one client is served, and documents beyond it are refused at once', async () => {
  const queue = new DocumentQueue({ isOn: false });
  const outcomes = Array.from({ length: 300 }, () =>
    queue.turn(new Cancellation()).then(
      () => 'ok',
      (error: { code: string }) => error.code,
    ),
  );
  const codes = await Promise.all(outcomes);
  expect(codes.filter((code) => code === 'ok')).toHaveLength(257);
  expect(new Set(codes)).toEqual(new Set(['ok', 'REQUEST_CONCURRENCY_LIMITED']));
});

test('a document whose operation is cancelled releases its place', async () => {
  const queue = new DocumentQueue({ isOn: false });
  const client = new Cancellation();
  const first = queue.turn(client);
  const waiting = Array.from({ length: 256 }, () => queue.turn(client));
  await expect(queue.turn(new Cancellation())).rejects.toMatchObject({ code: 'REQUEST_CONCURRENCY_LIMITED' });
  client.cancel();
  for (const turn of waiting) await expect(turn).rejects.toMatchObject({ code: 'REQUEST_CANCELLED' });
  await Promise.all([first, queue.turn(new Cancellation())]);
});

test('while other operations wait to enter, one document begins every 100 ms', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  const queue = new DocumentQueue({ isOn: true });
  const begun: string[] = [];
  const documents = ['first', 'second', 'third'].map((name) =>
    queue.turn(new Cancellation()).then(() => begun.push(name)),
  );
  await turns(3);
  expect(begun).toEqual(['first']);
  clock.mockReturnValue(1_100);
  await turns(3);
  expect(begun).toEqual(['first', 'second']);
  clock.mockReturnValue(1_200);
  await Promise.all(documents);
  clock.mockRestore();
});

/** Resolves after this many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}
