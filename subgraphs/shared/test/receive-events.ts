import { queueOf } from '../database/jobs-schema.ts';
import { query } from '../database/query.ts';
import { raw, sql } from '../database/sql.ts';
import { roleOfSender } from '../events/senders.ts';
import type { EventName, EventPayload } from '../events/topics.ts';
import type { Services } from '../graphql/context.ts';

/** A domain event with its payload. */
export type SentEvent = { [N in EventName]: readonly [name: N, payload: EventPayload<N>] }[EventName];

/** Puts events into the queue of a subgraph as if the subgraphs that send such events had sent them. */
export async function receiveEvents(
  { database, jobs }: Pick<Services, 'database' | 'jobs'>,
  ...events: readonly SentEvent[]
): Promise<void> {
  await database.fork().transactional(async (em) => {
    const [queue] = await query<{ table: string }>(
      em,
      sql`select table_name as "table" from jobs.queue where name = ${queueOf(jobs.subgraph)}`,
    );
    for (const [name, payload] of events) {
      await jobs.emit(em, name, payload);
      // The consumer of a queue may change its events.
      await query(
        em,
        sql`update ${raw(`jobs."${queue?.table}"`)} set data = data || jsonb_build_object('sender', ${roleOfSender(name, payload)}::text)
          where data ->> 'name' = ${name} and state = 'created' returning id`,
      );
    }
  });
}
