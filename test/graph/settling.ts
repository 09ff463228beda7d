import pg from 'pg';
import { jobsSchema } from '#shared/database/jobs-schema.ts';

/** Waits until all domain events have been handled. */
export interface Settling {
  settle(): Promise<void>;
  close(): Promise<void>;
}

const channel = 'test_event_handled';

/** A trigger in the test's database notifies when an event was handled, so that tests need not poll. */
const notifyHandled = `
  create function ${jobsSchema}.notify_handled() returns trigger language plpgsql as
    $$ begin perform pg_notify('${channel}', ''); return null; end $$;
  create trigger notify_handled after update on ${jobsSchema}.job
    for each row when (new.state >= 'completed') execute function ${jobsSchema}.notify_handled();`;

/** The open event that failed most often comes first. Reminders that are not due yet do not count. */
const openEvents = `select name, data->>'name' as event, retry_count, output->>'message' as failure from ${jobsSchema}.job
  where state < 'completed' and not (state = 'created' and start_after > now()) and name not like '%\\_dead' order by retry_count desc limit 1`;
/** An event that failed this often ends the wait, because its consumer is faulty. */
const maxFailures = 3;

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
  await client.query(`${notifyHandled} listen ${channel}`);
  let handled = Promise.withResolvers<void>();
  client.on('notification', () => {
    handled.resolve();
    handled = Promise.withResolvers();
  });
  return {
    async settle() {
      for (;;) {
        const next = handled.promise; // before the query, so that no event is missed
        const [open] = (await client.query<OpenEvent>(openEvents)).rows;
        if (!open) return;
        if (open.retry_count >= maxFailures) throw new Error(`${open.name}: ${open.event} failed: ${open.failure}`);
        await next;
      }
    },
    close: () => client.end(),
  };
}
