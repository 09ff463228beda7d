import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { post } from '../../../client/post.ts';
import { once } from '../database/idempotency.ts';
import { asAdmin } from '../database/provision.ts';
import { findOutage } from '../errors/outage.ts';
import { anonymous, identityHeader } from '../identity/identity.ts';
import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import {
  createTestDatabase,
  identityToken,
  somebody,
  startTestSubgraph,
  type TestDatabase,
  type TestSubgraph,
} from './harness.ts';
import { type SampleContext, sampleSubgraph } from './sample.ts';

const dispatcher = somebody(['DISPATCHER']);
const write = 'mutation { writeNote(input: { text: "hello" }) { note { id } userErrors { code message } } }';

describe('the limits of a request to a subgraph', () => {
  let database: TestDatabase;
  let line: CuttableLine;
  let notes: TestSubgraph<SampleContext>;

  beforeAll(async () => {
    database = await createTestDatabase();
    line = await openCuttableLine(database.urlFor('shipments'));
    notes = await startTestSubgraph(sampleSubgraph('shipments'), {
      database: { ...database, urlFor: () => line.url },
      limits: { maxObjects: 1_000, statementTimeoutMs: 2_000 },
    });
  });
  afterAll(async () => {
    await line.mend();
    await notes.close();
    await line.close();
    await database.drop();
  });

  /** Resolves when this many sleeps run in the database. Uses its own connection, because sleeps can fill the pool. */
  const sleepsRun = async (count: number) => {
    const running = `select count(*)::int as n from pg_stat_activity
      where datname = $1 and query like 'select pg_sleep%' and state = 'active'`;
    await asAdmin(process.env['TEST_POSTGRES_URL'] as string, undefined, async (client) => {
      for (;;) {
        const { rows } = await client.query<{ n: number }>(running, [database.name]);
        if (rows[0]?.n === count) return;
      }
    });
  };

  test('nested lists are refused when their objects exceed the limit', async () => {
    const { data, errors } = await notes.ask(
      anonymous,
      '{ notes(first: 100) { notes(first: 100) { notes(first: 100) { id } } } }',
    );
    expect(data).toBeNull();
    expect(errors).toEqual([
      {
        message: 'The result has more than 1000 objects. Select fewer fields, shorter lists or fewer nested lists.',
        extensions: {
          code: 'COST_ACTUAL_TOO_EXPENSIVE',
          retryable: false,
          limit: 1_000,
          requestId: expect.any(String),
        },
      },
    ]);
  });

  test('a statement that runs too long is cancelled, and the client gets GATEWAY_TIMEOUT', async () => {
    const { data, errors } = await notes.ask(anonymous, '{ sleep(seconds: 30) { id } }');
    expect(data).toMatchObject({ sleep: null });
    expect(errors[0]).toMatchObject({
      message: 'The request took too long. Select fewer fields, or try again later.',
      extensions: { code: 'GATEWAY_TIMEOUT', retryable: true },
    });
  });

  test('running statements are cancelled when the gateway disconnects, even if they fill the pool', async () => {
    const gateway = new AbortController();
    const headers = { [identityHeader]: identityToken('shipments', anonymous) };
    const body = JSON.stringify({ query: '{ sleep(seconds: 30) { id } }' });
    const requests = Array.from({ length: 10 }, () => post(notes.url, body, { headers, signal: gateway.signal }));
    const left = Promise.allSettled(requests);
    await sleepsRun(10);
    gateway.abort();
    await left;
    await sleepsRun(0);
  });

  test('a database that is down is a retryable SERVICE_UNAVAILABLE, without the message of the driver', async () => {
    await line.cut();
    const { errors } = await notes.ask(dispatcher, '{ sleep(seconds: 0) { id } }');
    expect(errors).toMatchObject([
      {
        message: 'The service is not available at the moment. Try again later.',
        extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
      },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/ECONN|127\.0\.0\.1|terminated/);
    const change = notes.contextFor(dispatcher).transact(async () => {});
    expect(findOutage(await change.catch((error: unknown) => error))).toBe('SERVICE_UNAVAILABLE');

    await line.mend();
    expect((await notes.ask(dispatcher, write)).errors).toEqual([]);
  });

  test.each([
    ['may not be sent again', null, false],
    ['may be sent again with its key', 'a-key-of-its-own', true],
  ])('a change whose connection is lost during the commit has an unknown outcome and %s', async (_, key, retryable) => {
    const { em, transact } = notes.contextFor(dispatcher);
    const lost = transact(async (transaction) => {
      const call = { accountId: dispatcher.accountId, mutation: 'change', key, input: {} };
      await once(transaction, call, () => transaction.em.execute('select 1 as one'));
      const flush = transaction.em.flush.bind(transaction.em);
      // The last step before the commit. From here on no response passes the proxy.
      transaction.em.flush = async () => {
        await flush();
        line.freeze();
        setImmediate(() => void line.cut());
      };
    });
    await expect(lost).rejects.toMatchObject({ extensions: { code: 'OUTCOME_UNKNOWN', retryable } });
    await line.mend();
    expect(await em.execute('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('connections that are lost in transactions are returned to the pool', async () => {
    const poolSize = 10;
    const { transact } = notes.contextFor(dispatcher);
    const changes = Array.from({ length: poolSize }, () =>
      transact(({ em }) => em.execute('select pg_sleep(30)')).catch(findOutage),
    );
    await sleepsRun(poolSize);
    await line.cut();
    expect(await Promise.all(changes)).toEqual(Array(poolSize).fill('SERVICE_UNAVAILABLE'));
    await line.mend();
    expect((await notes.ask(dispatcher, write)).errors).toEqual([]);
  });
});
