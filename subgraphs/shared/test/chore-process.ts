import { query } from '../database/query.ts';
import { sql } from '../database/sql.ts';
import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { createLog } from '../runtime/log.ts';
import { openSubgraph } from '../server.ts';
import { Chores } from '../work/chores.ts';
import { sampleSubgraph } from './sample.ts';

/** A process of a subgraph that writes a line at the begin and end of each run. Its second chore hangs when it is told to. */
const [databaseUrl = '', hangs] = process.argv.slice(2);
const log = createLog('risk', 'silent');
const { services } = await openSubgraph(sampleSubgraph('risk'), { databaseUrl, live: createMemoryPubSub(), log });
const say = (text: string) => process.stdout.write(`${text}\n`);
new Chores(
  [
    { name: 'tick', everyMs: 400, run: async () => void say(`tick ${Date.now()}`) },
    {
      name: 'long',
      everyMs: 100,
      async run(em) {
        say('long begins');
        if (hangs === 'hangs') await new Promise((resolve) => setTimeout(resolve, 60_000));
        await query(em, sql`select 1`);
        say('long ends');
      },
    },
  ],
  services,
  undefined,
  { leaseMs: 2_000, longestRunMs: 60_000, lookMs: 200 },
).start();
say('ready');
setInterval(() => {}, 60_000);
