import { describe, expect, test } from '@jest/globals';
import { byId, listsById, perArguments } from '../graphql/loader.ts';
import { newId } from '../ids.ts';

const [known, unknown] = [newId(), newId()];

describe('a loader by id', () => {
  test('finds a record by its id in upper or lower case, in one batch with each id once', async () => {
    const batches: (readonly string[])[] = [];
    const loader = byId(
      async (ids) => {
        batches.push(ids);
        return [{ id: known }];
      },
      ({ id }) => id,
    );
    const ids = [known.toUpperCase(), known, unknown, 'no id'];
    expect(await loader.loadMany(ids)).toEqual([{ id: known }, { id: known }, null, null]);
    expect(batches).toEqual([[known, unknown]]);
  });

  test('finds a list of records by an id in capitals', async () => {
    const loader = listsById(
      async () => [{ parent: known, name: 'one' }],
      ({ parent }) => parent,
    );
    expect(await loader.loadMany([known.toUpperCase(), 'no id'])).toEqual([[{ parent: known, name: 'one' }], []]);
  });
});

test('fields with equal arguments have one loader', () => {
  const loaders = perArguments((order: string, filter: object) => ({ order, filter }));
  expect(loaders('NEWEST', { from: 1 })).toBe(loaders('NEWEST', { from: 1 }));
  expect(loaders('NEWEST', { from: 2 })).not.toBe(loaders('NEWEST', { from: 1 }));
});
