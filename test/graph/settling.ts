import pg from 'pg';
import { jobsSchema } from '#shared/jobs-schema.ts';

/** Tells when no domain event waits or is under way any more. */
export interface Settling {
  settle(): Promise<void>;
  close(): Promise<void>;
}

const channel = 'test_event_taken';

/** A trigger in the test's database says whenever an event was taken, so that nobody has to ask over and over. */
const announceTaken = `
  create function ${jobsSchema}.announce_taken() returns trigger language plpgsql as
    $$ begin perform pg_notify('${channel}', ''); return null; end $$;
  create trigger announce_taken after update on ${jobsSchema}.job
    for each row when (new.state >= 'completed') execute function ${jobsSchema}.announce_taken();`;

const openEvents = `select name, state, output from ${jobsSchema}.job where state < 'completed' and name not like '%\\_dead' limit 1`;

/** Watches the queues of one database of an administrator's server. */
export async function watchQueues(adminUrl: string, database: string): Promise<Settling> {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`${announceTaken} listen ${channel}`);
  let taken = Promise.withResolvers<void>();
  client.on('notification', () => {
    taken.resolve();
    taken = Promise.withResolvers();
  });
  return {
    async settle() {
      for (;;) {
        const next = taken.promise; // before asking, or an event taken meanwhile would be missed
        const { rowCount } = await client.query(openEvents);
        if (rowCount === 0) return;
        await next;
      }
    },
    close: () => client.end(),
  };
}
