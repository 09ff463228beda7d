import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { createLog } from '../runtime/log.ts';
import { openSubgraph } from '../server.ts';
import { NoteEntity, sampleSubgraph } from './sample.ts';

/** A consumer process that hangs while it handles its second event, after its rows were written. */
const [databaseUrl = ''] = process.argv.slice(2);
let handled = 0;
const consumer = await openSubgraph(
  sampleSubgraph('risk', {
    'shipment.rated': async ({ em }, { shipmentId }) => {
      em.create(NoteEntity, { id: shipmentId, text: 'counted', seen: 1 });
      await em.flush();
      if (++handled < 2) return;
      process.stdout.write('in the middle\n');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
  }),
  { databaseUrl, live: createMemoryPubSub(), log: createLog('risk', 'silent') },
);
await consumer.services.jobs.start();
