import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { query } from '../database/query.ts';
import { sql } from '../database/sql.ts';
import type { BaseContext } from '../graphql/context.ts';
import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { createLog } from '../runtime/log.ts';
import { type OpenSubgraph, openSubgraph } from '../server.ts';
import type { Chore } from '../work/chore.ts';
import { type ChoreObserver, Chores } from '../work/chores.ts';
import { createTestDatabase, type TestDatabase } from './harness.ts';
import { sampleSubgraph } from './sample.ts';

/** Chores of one subgraph, each `Chores` as in a process of its own. */
let database: TestDatabase;
let subgraph: Pick<OpenSubgraph<BaseContext>, 'services' | 'close'>;
const log = createLog('chores', 'silent');
const times = { leaseMs: 30_000, longestRunMs: 60_000, lookMs: 5 };

beforeAll(async () => {
  database = await createTestDatabase();
  const common = { live: createMemoryPubSub(), log };
  subgraph = await openSubgraph(sampleSubgraph('risk'), { ...common, databaseUrl: database.urlFor('risk') });
});
afterAll(async () => {
  await subgraph.close();
  await database.drop();
});
beforeEach(() => sqlOf(sql`delete from chore`));

const sqlOf = <R extends object>(statement: ReturnType<typeof sql>) =>
  query<R>(subgraph.services.database.fork(), statement);
const startProcess = (chores: readonly Chore[], observer?: ChoreObserver) => {
  const started = new Chores(chores, { database: subgraph.services.database, log }, observer, times);
  started.start();
  return started;
};

/** A chore that notes its runs. */
function counted(everyMs: number, onRun: (runs: number) => Promise<void> | void = () => {}) {
  let runs = 0;
  const waiting = new Map<number, () => void>();
  const chore: Chore = {
    name: 'count',
    everyMs,
    async run() {
      runs += 1;
      waiting.get(runs)?.();
      await onRun(runs);
    },
  };
  return {
    chore,
    get runs() {
      return runs;
    },
    begun: (wanted: number) => new Promise<void>((resolve) => void waiting.set(wanted, resolve)),
  };
}

describe('processes of a subgraph', () => {
  test('take turns at a chore: it runs in one of them at a time, also after it has failed', async () => {
    let running = 0;
    let most = 0;
    const count = counted(1, async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running -= 1;
      throw new Error('not today');
    });
    const fifth = count.begun(5);
    const processes = [1, 2, 3].map(() => startProcess([count.chore]));
    await fifth;
    await Promise.all(processes.map((process) => process.close()));
    expect(most).toBe(1);
    expect(running).toBe(0);
  });

  test('do it once in its interval', async () => {
    const count = counted(3_600_000);
    await Promise.all([1, 2].map(() => startProcess([count.chore]).close()));
    await sqlOf(sql`update chore set due_at = now()`);
    const first = count.begun(1);
    const processes = [1, 2].map(() => startProcess([count.chore]));
    await first;
    await Promise.all(processes.map((process) => process.close()));
    expect(count.runs).toBe(1);
    const [row] = await sqlOf<{ minutes: number }>(
      sql`select round(extract(epoch from due_at - now()) / 60)::int as minutes from chore`,
    );
    expect(row).toEqual({ minutes: 60 });
  });

  test('remember what is due over a restart', async () => {
    const count = counted(3_600_000);
    await startProcess([count.chore]).close();
    await sqlOf(sql`update chore set due_at = now() + interval '20 minutes'`);
    await startProcess([count.chore]).close();
    const [row] = await sqlOf<{ minutes: number }>(
      sql`select round(extract(epoch from due_at - now()) / 60)::int as minutes from chore`,
    );
    expect(row).toEqual({ minutes: 20 });
  });

  test('take over a chore whose process has died', async () => {
    const count = counted(3_600_000);
    await startProcess([count.chore]).close();
    const died = sql`update chore set due_at = now() - interval '1 minute', claimed_by = gen_random_uuid(), claimed_until = now() - interval '1 s'`;
    await sqlOf(died);
    const taken = count.begun(1);
    const process = startProcess([count.chore]);
    await taken;
    await process.close();
    expect(await sqlOf(sql`select 1 from chore where claimed_by is null and due_at > now()`)).toHaveLength(1);
  });
});

test('a chore that fails is tried again before its interval is over', async () => {
  const count = counted(3_600_000, () => Promise.reject(new Error('not today')));
  await startProcess([count.chore]).close();
  await sqlOf(sql`update chore set due_at = now()`);
  const begun = count.begun(1);
  const process = startProcess([count.chore]);
  await begun;
  await process.close();
  const [row] = await sqlOf<{ failures: number; seconds: number }>(
    sql`select failures, ceil(extract(epoch from due_at - now()))::int as seconds from chore`,
  );
  expect(row?.failures).toBe(1);
  expect(row?.seconds).toBeLessThanOrEqual(10);
});

test.each([
  [
    'a timeout: its message, without a stack',
    Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
    { reason: 'canceling statement due to statement timeout', chore: 'count' },
  ],
  ['another error: all of it', new Error('not today'), { err: new Error('not today'), chore: 'count' }],
])('the log has of a chore that fails by %s', async (_case, error, line) => {
  const logged = Promise.withResolvers<unknown>();
  const count = counted(3_600_000, () => Promise.reject(error));
  await startProcess([count.chore]).close();
  await sqlOf(sql`update chore set due_at = now()`);
  const ownLog = Object.assign(createLog('chores', 'silent'), { warn: logged.resolve });
  const process = new Chores([count.chore], { database: subgraph.services.database, log: ownLog }, undefined, times);
  process.start();
  expect(await logged.promise).toEqual(line);
  await process.close();
});

test('each run is noted with its outcome, and each success with its time', async () => {
  const done = Promise.withResolvers<void>();
  const noted = new Set<string>();
  const note = (text: string) => {
    noted.add(text);
    if (noted.size === 6) done.resolve();
  };
  const failing = { name: 'fail', everyMs: 1, run: () => Promise.reject(new Error('not today')) };
  const process = startProcess([failing, { name: 'work', everyMs: 1, run: async () => {} }], {
    scheduled: ({ name, everyMs }) => note(`${name} every ${everyMs} ms`),
    succeeded: (name, at) => note(`${name} at a time: ${Math.abs(Date.now() / 1000 - at) < 60}`),
    ran: (name, outcome) => note(`${name} ${outcome}`),
  });
  await done.promise;
  await process.close();
  expect(noted).toEqual(
    new Set([
      'fail every 1 ms',
      'work every 1 ms',
      'fail failed',
      'work succeeded',
      'fail at a time: true',
      'work at a time: true',
    ]),
  );
});

test('closing waits for the chore that is running', async () => {
  const end = Promise.withResolvers<void>();
  let isOver = false;
  const count = counted(1, async () => {
    await end.promise;
    isOver = true;
  });
  const begun = count.begun(1);
  const process = startProcess([count.chore]);
  await begun;
  const closed = process.close();
  end.resolve();
  await closed;
  expect(isOver).toBe(true);
});
