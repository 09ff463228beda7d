import { describe, expect, test } from '@jest/globals';
import { Admission } from '../http/admission.ts';

/** An execution that ends when the test says so. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let begun = false;
  const execute = (): Promise<void> => {
    begun = true;
    return promise;
  };
  return { execute, end: resolve, fail: reject, hasBegun: () => begun };
}

/** The rest of this turn of the event loop, and of one more. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const small = 200;
const large = 500_000;

describe('executions', () => {
  test('begin at once while little is in the making', () => {
    const admission = new Admission();
    const all = Array.from({ length: 100 }, held);
    for (const { execute } of all) void admission.run(small, execute);
    expect(all.every(({ hasBegun }) => hasBegun())).toBe(true);
  });

  test('wait behind large ones, and begin when one of those ends or fails', async () => {
    const admission = new Admission();
    const [first, second, third] = [held(), held(), held()];
    const running = admission.run(large, first.execute);
    void admission.run(large, second.execute);
    void admission.run(small, third.execute); // would fit, but is not preferred to who came before
    expect([first, second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, false, false]);
    first.fail(new Error('broken'));
    await expect(running).rejects.toThrow('broken');
    expect([second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, true]);
  });

  test('begin one per turn when nothing ends: slow subgraphs hold up nobody', async () => {
    const admission = new Admission();
    const all = Array.from({ length: 5 }, held);
    for (const { execute } of all) void admission.run(large, execute);
    for (let turns = 0; turns < all.length; turns++) await turn();
    expect(all.map(({ hasBegun }) => hasBegun())).toEqual(Array(5).fill(true));
  });

  test('larger than everything that may be in the making run alone', async () => {
    const admission = new Admission();
    await expect(admission.run(10_000_000, async () => 'done')).resolves.toBe('done');
  });

  test('are refused when too many wait', async () => {
    const admission = new Admission();
    const first = held();
    const running = admission.run(large, first.execute);
    expect(admission.refusal()).toBeUndefined();
    const waiting = Array.from({ length: 10_000 }, () => admission.run(large, async () => {}));
    expect(admission.refusal()).toMatchObject({ code: 'REQUEST_CONCURRENCY_LIMITED' });
    first.end();
    await Promise.all([running, ...waiting]);
    expect(admission.refusal()).toBeUndefined();
  });
});
