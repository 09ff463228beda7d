import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asAdmin } from '../database/provision.ts';
import type { BaseContext } from '../graphql/context.ts';
import { newId } from '../ids.ts';
import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { createLog } from '../runtime/log.ts';
import { type OpenSubgraph, openSubgraph } from '../server.ts';
import { createTestDatabase, type TestDatabase } from './harness.ts';
import { NoteEntity, sampleSubgraph } from './sample.ts';

let database: TestDatabase;
let producer: Pick<OpenSubgraph<BaseContext>, 'services' | 'close'>;
let consumer: Pick<OpenSubgraph<BaseContext>, 'services' | 'close'>;

beforeAll(async () => {
  database = await createTestDatabase();
  const common = { live: createMemoryPubSub(), log: createLog('test', 'silent') };
  producer = await openSubgraph(sampleSubgraph('shipments'), { ...common, databaseUrl: database.urlFor('shipments') });
  consumer = await openSubgraph(
    sampleSubgraph('risk', {
      'shipment.rated': async ({ em }, { shipmentId }) => {
        em.create(NoteEntity, { id: shipmentId, text: 'counted', seen: 1 });
      },
    }),
    { ...common, databaseUrl: database.urlFor('risk') },
  );
});
afterAll(async () => {
  await producer.close();
  await consumer.close();
  await database.drop();
});

test('a consumer that is killed while it handles events loses none and counts none twice', async () => {
  const sent = Array.from({ length: 5 }, () => newId());
  for (const shipmentId of sent) {
    await producer.services.database.fork().transactional((em) =>
      producer.services.jobs.emit(em, 'shipment.rated', {
        shipmentId,
        organizationId: newId(),
        driverId: null,
        stars: 4,
        at: new Date().toISOString(),
      }),
    );
  }

  const dying = spawn(
    process.execPath,
    [new URL('./dying-consumer.ts', import.meta.url).pathname, database.urlFor('risk')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(dying.stdout, 'data');
  dying.kill('SIGKILL');
  await once(dying, 'exit');

  // Expires the claim of the dead consumer on its events, which would take a minute.
  await asAdmin(process.env.TEST_POSTGRES_URL ?? '', database.name, (client) =>
    client.query(`update jobs.job set started_on = started_on - interval '1 hour' where state = 'active'`),
  );
  await consumer.services.jobs.recover();
  await asAdmin(process.env.TEST_POSTGRES_URL ?? '', database.name, (client) =>
    client.query(`update jobs.job set start_after = now() where state = 'retry'`),
  );
  await consumer.services.jobs.drain();

  const counted = await consumer.services.database.fork().find(NoteEntity, {}, { orderBy: { id: 'asc' } });
  expect(counted.map((note) => note.id)).toEqual([...sent].sort());
  expect(counted.every((note) => note.seen === 1)).toBe(true);
});
