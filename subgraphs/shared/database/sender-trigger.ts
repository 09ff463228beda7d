import type pg from 'pg';

const trigger = 'record_sender';

/**
 * The database records which role sent an event, because the data of the event are the word of its sender. A role that may change the
 * events of a queue, such as its consumer or the administrator, keeps the recorded sender when it copies an event: for a retry, into the
 * dead letter queue and back. The search path is fixed, so that the sender's own functions are not called.
 */
function functionIn(schema: string): string {
  return `create or replace function ${schema}.${trigger}() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $body$
    begin
      if new.data ? 'sender' and has_table_privilege(current_user, tg_relid, 'update') then
        return new;
      end if;
      new.data := new.data || jsonb_build_object('sender', current_user);
      return new;
    end $body$`;
}

/**
 * Installs the trigger on the table of all events. PostgreSQL copies it to each partition, also to later ones. Events that
 * were sent before have the sender null. May be repeated.
 */
export async function installSenderTrigger(client: pg.Client, schema: string): Promise<void> {
  await client.query(functionIn(schema));
  if (await hasSenderTrigger(async (text) => (await client.query(text)).rows, schema)) return;
  await client.query('begin');
  try {
    // Waits for transactions that are sending events, so that each event is either marked here or sent through the trigger.
    await client.query(
      `create trigger ${trigger} before insert on ${schema}.job for each row execute function ${schema}.${trigger}()`,
    );
    await client.query(
      `update ${schema}.job set data = data || '{"sender": null}' where state not in ('completed', 'cancelled') and not data ? 'sender'`,
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Whether the database records the senders of events. @param read runs a statement and returns its rows */
export async function hasSenderTrigger(
  read: (text: string) => Promise<readonly unknown[]>,
  schema: string,
): Promise<boolean> {
  const rows = await read(
    `select from pg_trigger where tgname = '${trigger}' and tgenabled = 'O' and tgrelid = '${schema}.job'::regclass`,
  );
  return rows.length > 0;
}
