import { expect, test } from '@jest/globals';
import type { EntityManager } from '../database/database.ts';
import { startChores } from '../events/chores.ts';
import { createLog } from '../runtime/log.ts';

const services = { database: { fork: () => ({}) as EntityManager }, log: createLog('chores', 'silent') };

test('a chore is repeated, also after it has failed, and never runs twice at once in one process', async () => {
  const third = Promise.withResolvers<void>();
  let runs = 0;
  let running = 0;
  let most = 0;
  const chores = startChores(
    [
      {
        name: 'count',
        everyMs: 1,
        async run() {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running -= 1;
          if (++runs === 3) third.resolve();
          throw new Error('not today');
        },
      },
    ],
    services,
  );
  await third.promise;
  await chores.close();
  expect(most).toBe(1);
  expect(running).toBe(0);
});

test('each run is noted with its outcome', async () => {
  const done = Promise.withResolvers<void>();
  const noted: string[] = [];
  const scheduled: string[] = [];
  const failing = { name: 'fail', everyMs: 1, run: () => Promise.reject(new Error('not today')) };
  const chores = startChores([failing, { name: 'work', everyMs: 1, run: async () => {} }], services, {
    scheduled: ({ name, everyMs }) => scheduled.push(`${name} every ${everyMs} ms`),
    ran(chore, outcome) {
      noted.push(`${chore} ${outcome}`);
      if (noted.length >= 3 && new Set(noted).size === 2) done.resolve();
    },
  });
  await done.promise;
  await chores.close();
  expect(scheduled).toEqual(['fail every 1 ms', 'work every 1 ms']);
  expect(new Set(noted)).toEqual(new Set(['fail failed', 'work succeeded']));
});

test('closing waits for the chore that is running', async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  let isOver = false;
  const chores = startChores(
    [
      {
        name: 'wait',
        everyMs: 1,
        async run() {
          begun.resolve();
          await end.promise;
          isOver = true;
        },
      },
    ],
    services,
  );
  await begun.promise;
  const closed = chores.close();
  end.resolve();
  await closed;
  expect(isOver).toBe(true);
});
