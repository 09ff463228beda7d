import pg from 'pg';
import { jobsSchema } from '#shared/database/jobs-schema.ts';

/** Waits until all domain events have been handled. */
export interface Settling {
  settle(): Promise<void>;
  close(): Promise<void>;
}

const channel = 'test_event_taken';

/** A trigger in the test's database notifies whenever an event was handled, so that tests need not poll. */
const announceTaken = `
  create function ${jobsSchema}.announce_taken() returns trigger language plpgsql as
    $$ begin perform pg_notify('${channel}', ''); return null; end $$;
  create trigger announce_taken after update on ${jobsSchema}.job
    for each row when (new.state >= 'completed') execute function ${jobsSchema}.announce_taken();`;

/** The open event that failed most often comes first. */
const openEvents = `select name, data->>'name' as event, retry_count, output->>'message' as failure from ${jobsSchema}.job
  where state < 'completed' and name not like '%\\_dead' order by retry_count desc limit 1`;
/** An event that failed this often ends the wait: its consumer is faulty. */
const failuresMost = 3;

interface OpenEvent {
  readonly name: string;
  readonly event: string;
  readonly retry_count: number;
  readonly failure: string | null;
}

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
        const next = taken.promise; // Before the query, so that no event handled meanwhile is missed.
        const [open] = (await client.query<OpenEvent>(openEvents)).rows;
        if (!open) return;
        if (open.retry_count >= failuresMost) throw new Error(`${open.name}: ${open.event} failed: ${open.failure}`);
        await next;
      }
    },
    close: () => client.end(),
  };
}
