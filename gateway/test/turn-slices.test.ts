import { expect, jest, test } from '@jest/globals';
import { Cancellation } from '../pipeline/cancellation.ts';
import { TurnSlices } from '../pipeline/turn-slices.ts';

const noRush = { isOn: false };

/** Keeps the processor busy, as an operation does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function operation(slices: TurnSlices, milliseconds: number, onBegin: () => void): Promise<void> {
  const turn = slices.turn(new Cancellation());
  if (turn) await turn;
  onBegin();
  work(milliseconds);
}

test('operations begin at once while this turn has time left', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  const slices = new TurnSlices(10, noRush);
  expect(slices.turn(new Cancellation())).toBeUndefined();
  clock.mockReturnValue(9);
  expect(slices.turn(new Cancellation())).toBeUndefined();
  clock.mockReturnValue(10);
  expect(slices.turn(new Cancellation())).toBeInstanceOf(Promise);
  clock.mockRestore();
});

test('operations that arrive at once are spread over turns, in the order of their arrival', async () => {
  const slices = new TurnSlices(100, noRush);
  const begun: number[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(Array.from({ length: 20 }, (_, index) => operation(slices, 6, () => begun.push(index))));
  isOver = true;
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
  // A slice grows with the other work of the process, so their number differs.
  expect(turns).toBeGreaterThanOrEqual(3);
});

test('an operation is refused if too many wait', () => {
  const slices = new TurnSlices(1, noRush);
  expect(slices.turn(new Cancellation())).toBeUndefined();
  work(11);
  expect(slices.turn(new Cancellation())).toBeInstanceOf(Promise);
  expect(() => slices.turn(new Cancellation())).toThrow(
    expect.objectContaining({ code: 'REQUEST_CONCURRENCY_LIMITED' }),
  );
});

test('an operation that is cancelled releases its place', async () => {
  const slices = new TurnSlices(1, { isOn: true });
  const client = new Cancellation();
  const left = slices.turn(client);
  client.cancel();
  await expect(left).rejects.toMatchObject({ code: 'REQUEST_CANCELLED' });
  expect(slices.turn(new Cancellation())).toBeInstanceOf(Promise);
});

test('operations wait while connections are accepted', async () => {
  const rush = { isOn: true };
  const slices = new TurnSlices(10, rush);
  const turn = slices.turn(new Cancellation());
  expect(turn).toBeInstanceOf(Promise);
  expect(slices.isOn).toBe(true);
  rush.isOn = false;
  await turn;
  expect(slices.isOn).toBe(false);
});
