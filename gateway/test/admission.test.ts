import { describe, expect, test } from '@jest/globals';
import { Admission } from '../pipeline/admission.ts';
import { Cancellation } from '../pipeline/cancellation.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

/** An execution that ends when the test tells it to. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let begun = false;
  const execute = (): Promise<void> => {
    begun = true;
    return promise;
  };
  return { execute, end: resolve, fail: reject, hasBegun: () => begun };
}

/** Resolves after the rest of this turn of the event loop and one more turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** The cancellation of an operation that its client waits for. */
const waiting = () => new Cancellation();

const small = 200;
const large = 500_000;

describe('executions', () => {
  test('begin at once while the expected responses are small', () => {
    const admission = new Admission(10_000);
    const all = Array.from({ length: 100 }, held);
    for (const { execute } of all) void admission.run(small, waiting(), execute);
    expect(all.every(({ hasBegun }) => hasBegun())).toBe(true);
  });

  test('wait behind large ones, and begin when one of these ends or fails', async () => {
    const admission = new Admission(10_000);
    const [first, second, third] = [held(), held(), held()];
    const running = admission.run(large, waiting(), first.execute);
    void admission.run(large, waiting(), second.execute);
    void admission.run(small, waiting(), third.execute); // would fit, but must not overtake an earlier one
    expect([first, second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, false, false]);
    first.fail(new Error('broken'));
    await expect(running).rejects.toThrow('broken');
    expect([second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, true]);
  });

  test('begin one per turn while none ends, so that slow subgraphs block nobody', async () => {
    const admission = new Admission(10_000);
    const all = Array.from({ length: 5 }, held);
    for (const { execute } of all) void admission.run(large, waiting(), execute);
    for (let turns = 0; turns < all.length; turns++) await turn();
    expect(all.map(({ hasBegun }) => hasBegun())).toEqual(Array(5).fill(true));
  });

  test('larger than the limit run alone', async () => {
    const admission = new Admission(0);
    await expect(admission.run(10_000_000, waiting(), async () => 'done')).resolves.toBe('done');
  });

  test('release their place in the queue when they are cancelled', async () => {
    const admission = new Admission(1);
    const [first, cancelled, next] = [held(), held(), held()];
    const running = admission.run(large, waiting(), first.execute);
    const client = waiting();
    const left = admission.run(large, client, cancelled.execute);
    client.cancel();
    await expect(left).rejects.toMatchObject({ code: 'REQUEST_CANCELLED' });
    const queued = admission.run(large, waiting(), next.execute);
    first.end();
    next.end();
    await Promise.all([running, queued]);
    expect(cancelled.hasBegun()).toBe(false);
  });

  test('are refused when the queue is full', async () => {
    const admission = new Admission(10_000);
    const first = held();
    const running = admission.run(large, waiting(), first.execute);
    const queued = Array.from({ length: 10_000 }, () => admission.run(large, waiting(), async () => {}));
    await expect(admission.run(small, waiting(), async () => {})).rejects.toMatchObject({
      code: 'REQUEST_CONCURRENCY_LIMITED',
    });
    first.end();
    await Promise.all([running, ...queued]);
    await expect(admission.run(large, waiting(), async () => 'done')).resolves.toBe('done');
  });
});

test('over HTTP, a request that would have to wait gets 503 if none may wait, but one that joins a response in flight gets it', async () => {
  await using gateway = await startTestGateway({ maxWaitingRequests: 0 });
  const letGo = gateway.graph.people.hold();
  const arrival = gateway.graph.people.arrival();
  // 16,000 characters are expected of the response to a new operation, so fifty of them reach the limit.
  const queries = Array.from({ length: 60 }, (_, index) => `{ a${index}: people { name } }`);
  const asked = queries.map((query) => gateway.ask(query));
  await arrival;
  const refused = (await Promise.race(asked))!;
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(refused.errors[0]?.extensions).toMatchObject({ code: 'REQUEST_CONCURRENCY_LIMITED', retryable: true });
  const joining = gateway.ask(queries[0]!);
  await gateway.send('{"query":"{"}'); // its response shows that the gateway has read the request before it
  letGo();
  const responses = await Promise.all([...asked, joining]);
  const count = (status: number): number => responses.filter((response) => response.status === status).length;
  expect([count(200), count(503), (await joining).status]).toEqual([51, 10, 200]);
  expect((await gateway.ask(queries[59]!)).status).toBe(200);
});
