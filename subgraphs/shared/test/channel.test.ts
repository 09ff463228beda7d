import { describe, expect, test } from '@jest/globals';
import { type Backlog, dropOldest, type Losses, latestByKey, refuse } from '../live/backlog.ts';
import { Channel } from '../live/channel.ts';
import { filterMap, startWith } from '../live/iterators.ts';

interface Item {
  readonly key: string;
  readonly number: number;
  readonly lost?: number;
}

const capacity = 4;
const item = (number: number): Item => ({ key: `key ${number % capacity}`, number });
const items = (count: number): Item[] => Array.from({ length: count }, (_, number) => item(number));
const numbers = (read: readonly Item[]): number[] => read.map(({ number }) => number);
const done = { done: true, value: undefined };

const policies: readonly (readonly [string, (losses: Losses<Item>) => Backlog<Item>])[] = [
  ['refuse', () => refuse({ items: capacity, size: 100 })],
  ['drop oldest', (losses) => dropOldest({ items: capacity, size: 100 }, losses)],
  ['latest by key', (losses) => latestByKey({ keys: capacity, keyOf: ({ key }) => key }, losses)],
];

describe.each(policies)('a channel with the policy "%s"', (_, backlogOf) => {
  function open() {
    const lost: Item[] = [];
    let ends = 0;
    const tell = (told: Item, count: number): Item => ({ ...told, lost: count });
    const channel = new Channel(backlogOf({ onLoss: (dropped) => lost.push(dropped), tell }), () => {
      ends++;
    });
    return { channel, lost, ends: () => ends };
  }

  test('delivers items in order, to a waiting reader and to a later one', async () => {
    const { channel } = open();
    const waiting = [channel.next(), channel.next()];
    for (const each of items(4)) expect(channel.push(each)).toBe(true);
    const read = [...waiting, channel.next(), channel.next()];
    expect(numbers((await Promise.all(read)).map(({ value }) => value!))).toEqual([0, 1, 2, 3]);
  });

  test('keeps no more than its bounds, and reports each lost item', async () => {
    const { channel, lost } = open();
    const refused = items(100).filter((each) => !channel.push(each));
    channel.end();
    const read = await Array.fromAsync(channel);
    expect(read.length).toBeLessThanOrEqual(capacity);
    expect([...numbers(read), ...numbers(lost), ...numbers(refused)].toSorted((a, b) => a - b)).toEqual(
      numbers(items(100)),
    );
    const told = read.reduce((sum, { lost: before = 0 }) => sum + before, 0);
    expect(told + refused.length).toBe(100 - read.length);
  });

  test('accepts any single item, even above its bounds', async () => {
    const { channel } = open();
    expect(channel.push(item(1), 1_000)).toBe(true);
    expect(await channel.next()).toEqual({ done: false, value: item(1) });
  });

  test('releases the producer when it ends, and ends for the reader after the backlog', async () => {
    const { channel, ends } = open();
    for (const each of items(3)) channel.push(each);
    channel.end();
    channel.end();
    expect(ends()).toBe(1);
    channel.push(item(9));
    expect(numbers(await Array.fromAsync(channel))).toEqual([0, 1, 2]);
    expect(await channel.next()).toEqual(done);
  });

  test('ends for all waiting readers', async () => {
    const { channel } = open();
    const waiting = [channel.next(), channel.next()];
    channel.end();
    expect(await Promise.all(waiting)).toEqual([done, done]);
  });

  test('delivers an error once, after the backlog', async () => {
    const { channel, ends } = open();
    channel.push(item(1));
    channel.fail(new Error('the source is gone'));
    expect(ends()).toBe(1);
    expect((await channel.next()).value).toEqual(item(1));
    await expect(channel.next()).rejects.toThrow('the source is gone');
    expect(await channel.next()).toEqual(done);
  });

  test('delivers an error to a waiting reader', async () => {
    const { channel } = open();
    const [first, second] = [channel.next(), channel.next()];
    channel.fail(new Error('the source is gone'));
    await expect(first).rejects.toThrow('the source is gone');
    expect(await second).toEqual(done);
  });

  test('releases the producer when the reader stops early, even while it waits', async () => {
    const { channel, ends } = open();
    for (const each of items(2)) channel.push(each);
    for await (const _first of channel) break;
    expect(ends()).toBe(1);
    expect(await channel.next()).toEqual(done);

    const other = open();
    const waiting = other.channel.next();
    await other.channel.return();
    expect([await waiting, other.ends()]).toEqual([done, 1]);
  });

  test('delivers neither items nor errors to a reader that has stopped', async () => {
    const { channel } = open();
    channel.push(item(1));
    channel.fail(new Error('the source is gone'));
    await channel.return();
    expect(await channel.next()).toEqual(done);
  });

  test.each(['before', 'after'])('ends immediately when its signal aborts %s it waits', async (when) => {
    const { channel, ends } = open();
    const leaving = new AbortController();
    channel.push(item(1));
    if (when === 'before') leaving.abort();
    channel.endOnAbort(leaving.signal);
    leaving.abort();
    expect(ends()).toBe(1);
    expect(await channel.next()).toEqual(done);
  });

  test('delivers null and undefined like any other value', async () => {
    const values = new Channel<null | undefined>(dropOldest({ items: 2 }, { onLoss: () => {} }));
    values.push(null);
    values.push(undefined);
    expect([await values.next(), await values.next()]).toEqual([
      { done: false, value: null },
      { done: false, value: undefined },
    ]);
  });
});

describe('a full channel', () => {
  const channelOf = (backlog: Backlog<string>, ...pushed: readonly string[]) => {
    const channel = new Channel(backlog);
    const taken = pushed.filter((text) => channel.push(text, text.length));
    channel.end();
    return { channel, taken };
  };
  const tell = (text: string, lost: number) => `${text} after ${lost}`;
  const onLoss = () => {};

  test('with "refuse" keeps the first items, by number and by size', async () => {
    expect(channelOf(refuse({ items: 2 }), 'a', 'b', 'c').taken).toEqual(['a', 'b']);
    const { channel } = channelOf(refuse({ items: 9, size: 4 }), 'aaa', 'bb', 'c');
    expect(await Array.fromAsync(channel)).toEqual(['aaa', 'c']);
  });

  test('with "drop oldest" keeps the last items, by number and by size, and reports how many were lost', async () => {
    const byNumber = channelOf(dropOldest({ items: 2 }, { onLoss, tell }), 'a', 'b', 'c', 'd');
    expect(await Array.fromAsync(byNumber.channel)).toEqual(['c after 2', 'd']);
    const bySize = channelOf(dropOldest({ items: 9, size: 4 }, { onLoss, tell }), 'aa', 'bb', 'ccc');
    expect(await Array.fromAsync(bySize.channel)).toEqual(['ccc after 2']);
  });

  test('with "latest by key" keeps the last item of each key, reports how many it replaced, and refuses further keys', async () => {
    const [keyOf, keys] = [(text: string) => text.slice(0, 1), 2];
    const { channel, taken } = channelOf(latestByKey({ keys, keyOf }, { onLoss, tell }), 'a1', 'b1', 'a2', 'c1', 'a3');
    expect(taken).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect(await Array.fromAsync(channel)).toEqual(['a3 after 2', 'b1']);
  });

  test('with "latest by key" keeps the waiting item if a later one does not supersede it', async () => {
    const lost: string[] = [];
    const newer = { keys: 1, keyOf: () => '', supersedes: (text: string, waiting: string) => text > waiting };
    const { channel } = channelOf(latestByKey(newer, { onLoss: (text) => lost.push(text), tell }), 'b', 'a', 'c');
    expect(await Array.fromAsync(channel)).toEqual(['c after 2']);
    expect(lost).toEqual(['a', 'b']);
  });
});

describe('operators on channels', () => {
  function open(...pushed: readonly number[]) {
    const ended: string[] = [];
    const channel = new Channel<number>(refuse({ items: 9 }), () => ended.push('source'));
    for (const number of pushed) channel.push(number);
    return { channel, ended, onEnd: () => void ended.push('step') };
  }

  test('startWith yields an item before those of the channel', async () => {
    const { channel } = open(1, 2);
    channel.end();
    expect(await Array.fromAsync(startWith(0, channel))).toEqual([0, 1, 2]);
  });

  test('filterMap maps items, even asynchronously, and omits those that map to undefined', async () => {
    const { channel, ended, onEnd } = open(1, 2, 3);
    channel.end();
    const even = filterMap(channel, async (number) => (number % 2 ? number * 10 : undefined), onEnd);
    expect(await Array.fromAsync(even)).toEqual([10, 30]);
    expect(ended).toEqual(['source', 'step']);
  });

  test.each(['before the first item', 'while they wait'])(
    'stop immediately %s, and release the producer',
    async (when) => {
      const { channel, ended, onEnd } = open();
      const steps = startWith(
        0,
        filterMap(channel, (number) => number, onEnd),
      );
      let waiting: Promise<unknown> | undefined;
      if (when === 'while they wait') {
        await steps.next();
        waiting = steps.next();
      }
      await steps.return?.();
      if (waiting) expect(await waiting).toEqual(done);
      expect(ended.toSorted()).toEqual(['source', 'step']);
      expect(await steps.next()).toEqual(done);
    },
  );

  test('an item that is being mapped when the reader stops is discarded', async () => {
    const { channel } = open(1);
    const { promise: mapped, resolve } = Promise.withResolvers<number>();
    const steps = filterMap(channel, () => mapped);
    const waiting = steps.next();
    await steps.return?.();
    resolve(1);
    expect(await waiting).toEqual(done);
  });

  test('an error of the channel is passed on', async () => {
    const { channel, ended, onEnd } = open(1);
    channel.fail(new Error('the source is gone'));
    const steps = filterMap(channel, (number) => number, onEnd);
    expect((await steps.next()).value).toBe(1);
    await expect(steps.next()).rejects.toThrow('the source is gone');
    expect(ended).toEqual(['source', 'step']);
  });

  test('an error of the mapping releases the producer', async () => {
    const { channel, ended, onEnd } = open(1);
    const steps = filterMap(channel, () => Promise.reject(new Error('the database is away')), onEnd);
    await expect(steps.next()).rejects.toThrow('the database is away');
    expect(ended).toEqual(['step', 'source']);
    expect(await steps.next()).toEqual(done);
  });
});
