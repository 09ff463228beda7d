import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { protectQueues } from './queue-policies.ts';
import { installSenderTrigger } from './sender-trigger.ts';

/** Schema of the queues of all subgraphs. */
export const jobsSchema = 'jobs';

/** The queue with the events for a subgraph. */
export function queueOf(subgraph: string): string {
  return `${subgraph}_events`;
}

/** The queue with the events whose retries have all failed. An operator handles them. */
export function deadLetterOf(subgraph: string): string {
  return `${subgraph}_dead`;
}

/** The queues that a subgraph consumes. */
function queuesOf(subgraph: string): string[] {
  return [queueOf(subgraph), deadLetterOf(subgraph)];
}

/**
 * Installs pg-boss and one queue per subgraph. Every role may send to every queue, but read, finish and delete events only in
 * the queue of its subgraph, and subscribe that queue only. Each queue has its own table, so that grants can enforce this. The database records the sender of each event.
 */
export async function installJobs(
  client: pg.Client,
  roles: readonly { subgraph: string; role: string }[],
): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => client.query(text, values) },
    schema: jobsSchema,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  boss.on('error', () => undefined); // the awaited calls below throw the error
  await boss.start();
  try {
    const known = new Set((await boss.getQueues()).map((queue) => queue.name));
    for (const { subgraph } of roles) {
      if (known.has(queueOf(subgraph))) continue;
      await boss.createQueue(deadLetterOf(subgraph), { partition: true, retentionSeconds: 90 * 86_400 });
      await boss.createQueue(queueOf(subgraph), {
        partition: true,
        policy: 'key_strict_fifo',
        retryLimit: 12,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: 300,
        expireInSeconds: 60,
        retentionSeconds: 90 * 86_400,
        deleteAfterSeconds: 3 * 86_400,
        deadLetter: deadLetterOf(subgraph),
        notify: true,
      });
    }
    await installSenderTrigger(client, jobsSchema);
    await protectQueues(
      client,
      jobsSchema,
      roles.map(({ subgraph, role }) => ({ role, queues: queuesOf(subgraph) })),
    );
    await grantQueues(client, boss, roles);
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
}

async function grantQueues(
  client: pg.Client,
  boss: PgBoss,
  roles: readonly { subgraph: string; role: string }[],
): Promise<void> {
  const tables = new Map(
    (await boss.getQueues()).map((queue) => [queue.name, `${jobsSchema}.${pg.escapeIdentifier(queue.table)}`]),
  );
  const columns = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_schema = $1 and table_name = 'version' and column_name <> 'version'`,
    [jobsSchema],
  );
  const times = columns.rows.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  for (const { subgraph, role } of roles) {
    const to = pg.escapeIdentifier(role);
    await client.query(`grant usage on schema ${jobsSchema} to ${to}`);
    await client.query(
      `grant select on ${jobsSchema}.version, ${jobsSchema}.queue, ${jobsSchema}.subscription to ${to}`,
    );
    await client.query(`grant insert, delete, update on ${jobsSchema}.subscription to ${to}`);
    await client.query(`grant update on ${jobsSchema}.queue to ${to}`);
    // pg-boss notes times in this table. A role that could change the version itself could keep every subgraph from starting.
    await client.query(
      `revoke update on ${jobsSchema}.version from ${to}; grant update (${times}) on ${jobsSchema}.version to ${to}`,
    );
    await client.query(`grant select, delete on ${jobsSchema}.job_dependency to ${to}`);
    // pg-boss maintains a table of processes, which stays empty because no process registers.
    await client.query(`grant select, update, delete on ${jobsSchema}.instance to ${to}`);
    // A failed event is copied to its dead letter queue through the parent table.
    await client.query(`grant insert on ${jobsSchema}.job to ${to}`);
    for (const table of tables.values()) {
      await client.query(`grant insert on ${table} to ${to}; grant select (id, start_after) on ${table} to ${to}`);
    }
    for (const queue of queuesOf(subgraph)) {
      await client.query(`grant select, update, delete on ${tables.get(queue)} to ${to}`);
    }
  }
}
