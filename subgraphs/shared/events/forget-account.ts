import { jobsSchema, queueOf } from '../database/jobs-schema.ts';
import { query } from '../database/query.ts';
import { raw, sql } from '../database/sql.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Reactions } from './jobs.ts';
import type { EventPayload } from './topics.ts';

type Erased = EventPayload<'account.erased'>;

/**
 * The reaction of a subgraph to the erasure of an account: it forgets the calls of the account and the handled events about it, and erases what its
 * own tables hold. All of it may run twice.
 */
export function accountErased(
  subgraph: string,
  eraseOwn: (transaction: Transaction, erased: Erased) => Promise<void> = async () => {},
): Pick<Reactions, 'account.erased'> {
  return {
    'account.erased': async (transaction, erased) => {
      await forgetCalls(transaction, erased.accountId);
      await forgetEvents(transaction, subgraph, erased.accountId);
      await eraseOwn(transaction, erased);
    },
  };
}

/** Outcomes of mutations can be whole payloads. */
export async function forgetCalls({ em }: Pick<Transaction, 'em'>, accountId: string): Promise<void> {
  await query(em, sql`delete from keyed_call where account_id = ${accountId}`);
}

/** Handled events stay in the queue for days. Those about the account have its e-mail address, or the contacts of its shipments. */
async function forgetEvents({ em }: Transaction, subgraph: string, accountId: string): Promise<void> {
  const queue = queueOf(subgraph);
  const [known] = await query<{ table: string }>(
    em,
    sql`select table_name as "table" from ${raw(`${jobsSchema}.queue`)} where name = ${queue}`,
  );
  if (!known) return;
  await query(
    em,
    sql`delete from ${raw(`${jobsSchema}."${known.table}"`)} where name = ${queue} and state = 'completed'
      and ${accountId} in (data #>> '{payload,accountId}', data #>> '{payload,createdByAccountId}')`,
  );
}
