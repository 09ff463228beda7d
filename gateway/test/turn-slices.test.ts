import { expect, jest, test } from '@jest/globals';
import { TurnSlices } from '../pipeline/turn-slices.ts';

const noRush = { isOn: false };

/** Keeps the processor busy, as an operation does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function operation(slices: TurnSlices, milliseconds: number, onBegin: () => void): Promise<void> {
  const turn = slices.turn();
  if (turn) await turn;
  onBegin();
  work(milliseconds);
}

test('operations begin at once while this turn has time left', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  const slices = new TurnSlices(10, noRush);
  expect(slices.turn()).toBeUndefined();
  clock.mockReturnValue(9);
  expect(slices.turn()).toBeUndefined();
  clock.mockReturnValue(10);
  expect(slices.turn()).toBeInstanceOf(Promise);
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
  expect(turns).toBeGreaterThanOrEqual(9);
});

test('an operation is refused if too many wait', () => {
  const slices = new TurnSlices(1, noRush);
  expect(slices.turn()).toBeUndefined();
  work(11);
  expect(slices.turn()).toBeInstanceOf(Promise);
  expect(() => slices.turn()).toThrow(expect.objectContaining({ code: 'REQUEST_CONCURRENCY_LIMITED' }));
});

test('operations wait while connections are accepted', async () => {
  const rush = { isOn: true };
  const slices = new TurnSlices(10, rush);
  const turn = slices.turn();
  expect(turn).toBeInstanceOf(Promise);
  expect(slices.isOn).toBe(true);
  rush.isOn = false;
  await turn;
  expect(slices.isOn).toBe(false);
});
