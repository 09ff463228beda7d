import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Channel } from '#shared/live/channel.ts';
import { Budgets } from '../access/budget/budgets.ts';
import { MemoryStore } from '../access/budget/memory-store.ts';
import { MemorySlots } from '../access/budget/slots.ts';
import type { Spending } from '../access/budget/spending.ts';
import { type LivePayload, openOutbox } from '../live/outbox.ts';
import { entityOf } from '../pipeline/held-events.ts';
import { meterEvents } from '../pipeline/meter-events.ts';

/** A subscription of an anonymous caller on a clock of the test. Its bucket holds 1,000 points and restores 50 per second. */
async function subscribe(price = 1_000) {
  const clock = { now: 0 };
  const store = new MemoryStore(() => clock.now);
  const budgets = new Budgets({ mode: 'enforce', store, slots: new MemorySlots(), onExceeded: () => {} });
  const spending: Spending = await budgets.reserve({
    identity: { kind: 'anonymous' },
    address: '203.0.113.7',
    price,
    isSubscription: true,
    rootFields: () => [],
  });
  const events = openOutbox(
    () => {},
    () => {},
  );
  const move = (id: string, speed: number, cost: number): void => {
    const text = JSON.stringify({ data: { moved: { speed, vehicle: { id } } } });
    events.push({ text, cost, dropped: 0 });
  };
  const client = { isGone: false };
  let payments = 0;
  const pay = spending.pay.bind(spending);
  spending.pay = (points) => {
    payments += 1;
    return pay(points);
  };
  const received = meterEvents(events, spending, () => client.isGone);
  /** Resolves when so many events have arrived, each of which is an attempt to pay. */
  const allHeld = async (count: number): Promise<void> => {
    while (payments < count) await setImmediate();
  };
  const next = async () => {
    const { value, done } = await received.next();
    return done ? undefined : JSON.parse(value);
  };
  /** Lets the time pass in which the bucket becomes full. */
  const refill = (): void => {
    clock.now += 20_000;
  };
  return { events, move, next, refill, client, allHeld };
}

describe('events of a subscription', () => {
  test('cost what they contain, and state what is left', async () => {
    const { move, next } = await subscribe();
    move('truck', 1, 300);
    move('truck', 2, 200);
    expect((await next()).extensions.cost).toEqual({
      requestedQueryCost: 1_000,
      actualQueryCost: 300,
      throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 700, restoreRate: 50 },
    });
    expect((await next()).extensions.cost).toMatchObject({
      actualQueryCost: 200,
      throttleStatus: { currentlyAvailable: 500 },
    });
  });

  test('that the bucket can’t pay for are held back to the latest of each entity, and delivered when points return', async () => {
    const { move, next, refill, allHeld } = await subscribe();
    move('truck', 0, 1_000);
    await next();
    move('truck', 1, 3);
    const delivered = next();
    move('van', 2, 3);
    move('truck', 3, 3);
    await allHeld(4);
    refill();
    move('truck', 4, 3);
    expect(await delivered).toMatchObject({
      data: { moved: { speed: 4, vehicle: { id: 'truck' } } },
      extensions: { live: { conflated: 2, reason: 'BUDGET' }, cost: { actualQueryCost: 3 } },
    });
    const van = await next();
    expect(van).toMatchObject({ data: { moved: { speed: 2 } } });
    expect(van.extensions.live).toBeUndefined();
    move('truck', 5, 3);
    expect(await next()).toMatchObject({ data: { moved: { speed: 5 } } });
  });

  test('that are held back when the source ends are still delivered', async () => {
    const { move, next, refill, events } = await subscribe();
    move('truck', 0, 1_000);
    await next();
    move('truck', 1, 1);
    events.end();
    const delivered = next();
    refill();
    expect(await delivered).toMatchObject({ data: { moved: { speed: 1 } } });
    expect(await next()).toBeUndefined();
  });

  test('are forgotten when the client leaves', async () => {
    const { move, next, events, client } = await subscribe();
    move('truck', 0, 1_000);
    await next();
    move('truck', 1, 1);
    const delivered = next();
    client.isGone = true;
    events.end();
    expect(await delivered).toBeUndefined();
  });

  test('pass on the failure of the source', async () => {
    const { move, next, events } = await subscribe();
    move('truck', 0, 1);
    await next();
    events.fail(new Error('the subgraph has gone'));
    await expect(next()).rejects.toThrow('the subgraph has gone');
  });

  test('without budgets are delivered as they are, with the number of lost ones', async () => {
    const events = new Channel<LivePayload>({
      add: () => true,
      take: () => undefined,
      clear: () => {},
    });
    const received = meterEvents(events, undefined, () => false);
    const first = received.next();
    events.push({ text: '{"data":{"a":1}}', cost: 5, dropped: 0 });
    expect((await first).value).toBe('{"data":{"a":1}}');
    const second = received.next();
    events.push({ text: '{"data":{"a":2}}', cost: 5, dropped: 3 });
    expect((await second).value).toBe('{"data":{"a":2},"extensions":{"live":{"dropped":3}}}');
  });
});

test.each([
  ['{"data":{"moved":{"vehicle":{"id":"v1"},"at":{"id":"p1"}}}}', 'v1'],
  ['{"data":{"shipmentUpdated":{"id":"s1","driver":{"id":"d1"}}}}', 's1'],
  ['{"data":{"ticks":5}}', ''],
  ['{"data":null,"errors":[]}', ''],
])('the entity of %s is "%s"', (text, id) => {
  expect(entityOf(text)).toBe(id);
});
