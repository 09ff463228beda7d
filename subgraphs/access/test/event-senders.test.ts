import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { installSenderTrigger } from '#shared/database/sender-trigger.ts';
import { newId } from '#shared/ids.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { type AccessUnderTest, startAccess } from './access.ts';

let database: TestDatabase;
let access: AccessUnderTest;
let admin: pg.Client;
/** The role of the fleet subgraph, with SQL of its own. */
let fleet: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  access = await startAccess({ database });
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  url.pathname = `/${database.name}`;
  admin = new pg.Client({ connectionString: url.href });
  fleet = new pg.Client({ connectionString: database.urlFor('fleet') });
  await Promise.all([admin.connect(), fleet.connect()]);
});
afterAll(async () => {
  await Promise.all([admin.end(), fleet.end()]);
  await access.close();
  await database.drop();
});

const fact = { action: 'VEHICLE_RETIRED', target: null, changes: [], at: new Date().toISOString() };
const origin = { actorId: newId(), apiKeyId: null, clientRequestId: null, clientAddress: null };

/** Inserts an event into the queue of the access subgraph. @param more further data of the event @returns the request that it names */
async function insert(subgraph: string, more = {}, table = 'jobs.job'): Promise<string> {
  const requestId = newId();
  const payload = { ...origin, requestId, subgraph, facts: [fact] };
  await insertEvent(table, requestId, { eventId: newId(), name: 'audit.recorded', payload, ...more });
  return requestId;
}

async function insertEvent(table: string, key: string, event: object): Promise<void> {
  await fleet.query(
    `insert into ${table} (name, data, policy, singleton_key, retry_limit, dead_letter) select name, $1, policy, $2, 1, dead_letter
       from jobs.queue where name = 'access_events'`,
    [event, key],
  );
}

async function recorded(requestIds: readonly string[]): Promise<string[]> {
  const { rows } = await admin.query('select request_id from audit.entry where request_id = any($1)', [requestIds]);
  return rows.map(({ request_id }) => request_id);
}

test('the role of a subgraph can record audit facts of its own subgraph only, whatever its event says', async () => {
  const { rows } = await fleet.query(`select table_name from jobs.queue where name = 'access_events'`);
  const partition = `jobs.${rows[0].table_name}`;
  const forged = [
    await insert('access'),
    await insert('pricing', { sender: 'freight_pricing' }),
    await insert('pricing', { sender: null }),
    await insert('pricing', { sender: 'freight_pricing' }, partition),
  ];
  const own = [await insert('fleet'), await insert('fleet', { sender: 'freight_access' }, partition)];
  await access.services.jobs.drain();
  expect(await recorded([...forged, ...own])).toEqual(expect.arrayContaining(own));
  expect(await recorded(forged)).toEqual([]);
  const metrics = await (await fetch(access.url.replace('/graphql', '/metrics'))).text();
  expect(metrics).toContain('subgraph_events_refused_total{subgraph="access"} 4');
});

test('the role of a subgraph can neither end nor change how another one gets its events', async () => {
  const attempts = [
    `delete from jobs.subscription where name = 'access_events'`,
    `update jobs.subscription set name = 'fleet_events' where name = 'access_events'`,
    `update jobs.queue set retention_seconds = 1, dead_letter = 'fleet_dead' where name = 'access_events'`,
  ];
  for (const attempt of attempts) expect((await fleet.query(attempt)).rowCount).toBe(0);
  const subscribe = `insert into jobs.subscription (event, name) values ('account.erased', 'access_events')`;
  await expect(fleet.query(subscribe)).rejects.toThrow('violates row-level security policy');
  await expect(fleet.query('update jobs.version set version = 1')).rejects.toThrow('permission denied');
  const own = `update jobs.queue set monitor_on = now() where name = 'fleet_events'`;
  expect((await fleet.query(own)).rowCount).toBe(1);
});

test('other events are taken from their own subgraph only', async () => {
  const before = access.services.jobs.refused;
  const payload = { apiKeyId: newId(), days: 7, expiresAt: new Date().toISOString() };
  await insertEvent('jobs.job', payload.apiKeyId, { eventId: newId(), name: 'apiKey.reminderDue', payload });
  await access.services.jobs.drain();
  expect(access.services.jobs.refused - before).toBe(1);
});

test('an event keeps its sender in retries, in the dead letter queue and when an operator moves it back', async () => {
  const [own, forged] = [await insert('fleet'), await insert('access')];
  const consumer = new PgBoss({ connectionString: database.urlFor('access'), ...withoutUpkeep });
  const operator = new PgBoss({
    db: { executeSql: (text, values) => admin.query(text, values) },
    ...withoutUpkeep,
  });
  for (const boss of [consumer, operator]) boss.on('error', () => undefined); // the awaited calls throw it
  await Promise.all([consumer.start(), operator.start()]);
  try {
    for (const _try of [1, 2]) {
      const jobs = await consumer.fetch('access_events', { batchSize: 2 });
      expect(jobs.map(({ data }) => data)).toMatchObject([{ sender: 'freight_fleet' }, { sender: 'freight_fleet' }]);
      const ids = jobs.map(({ id }) => id);
      await consumer.fail('access_events', ids);
      await admin.query('update jobs.job set start_after = now() where id = any($1)', [ids]);
    }
    await admin.query(`delete from jobs.job where name = 'access_events' and state = 'failed'`);
    expect(await operator.redrive('access_dead')).toBe(2);
    await access.services.jobs.drain();
    expect(await recorded([own, forged])).toEqual([own]);
  } finally {
    await consumer.stop({ graceful: false });
    await operator.stop({ graceful: false, close: false });
  }
});

test('an upgrade installs the check, and events that wait since before are handled', async () => {
  await admin.query('drop trigger record_sender on jobs.job');
  const earlier = await insert('fleet');
  await installSenderTrigger(admin, 'jobs');
  await installSenderTrigger(admin, 'jobs');
  const forged = await insert('access');
  await access.services.jobs.drain();
  expect(await recorded([earlier, forged])).toEqual([earlier]);
});

test('a subgraph does not start on a database that does not record senders', async () => {
  await admin.query('drop trigger record_sender on jobs.job');
  await expect(startAccess({ database })).rejects.toThrow('Run `npm run migrate` once per release.');
});

const withoutUpkeep = { schema: 'jobs', migrate: false, supervise: false, schedule: false, registerInstance: false };
