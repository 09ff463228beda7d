import type { EntityManager } from '#shared/database/database.ts';
import { recordOnce } from '#shared/database/idempotency.ts';
import type { Transact } from '#shared/database/transaction.ts';
import { newId } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import type { CreateSampleRecord } from '../domain/input.ts';
import { type SampleRecord, SampleRecordEntity } from '../entities.ts';

/** Creates a sample record once per key of the account. Refusal: IDEMPOTENCY_KEY_REUSED. */
export function createSampleRecord(
  transact: Transact,
  accountId: string,
  input: CreateSampleRecord,
  now: Date,
): Promise<SampleRecord> {
  const call = { accountId, mutation: 'createSampleRecord', key: input.idempotencyKey, input };
  return transact((transaction) => {
    const { em } = transaction;
    return recordOnce(
      transaction,
      call,
      async () => em.create(SampleRecordEntity, { id: newId(now.getTime()), name: input.name }),
      (id) => em.findOneOrFail(SampleRecordEntity, id),
    );
  });
}

/** A page of all sample records, by name. @throws GraphError BAD_USER_INPUT for wrong arguments */
export async function listSampleRecords(em: EntityManager, args: PageArguments): Promise<Connection<SampleRecord>> {
  const page = parsePage(args, [cursorParts.text, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(page, 'name', 'asc');
  const rows = await em.find(SampleRecordEntity, beyond, { orderBy, limit: page.limit });
  return toConnection(page, rows, {
    cursor: ({ name, id }) => [name, id],
    node: (row) => row,
    count: () => em.count(SampleRecordEntity),
  });
}
