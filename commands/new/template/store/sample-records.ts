import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { CreateSampleRecord } from '../domain/input.ts';
import { type SampleRecord, SampleRecordEntity } from '../entities.ts';
import { sampleRecordRows } from './rows.ts';

export function createSampleRecord(em: EntityManager, { name }: CreateSampleRecord, now: Date): SampleRecord {
  return em.create(SampleRecordEntity, { id: newId(now.getTime()), name });
}

const sampleRecordsByName: List<SampleRecord> = {
  rows: sampleRecordRows,
  from: sql`sample_record t`,
  order: [
    { expression: 't.name', kind: 'text', property: 'name' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: false,
};

/** A page of all sample records, by name. @throws GraphError BAD_USER_INPUT for wrong arguments */
export function listSampleRecords(
  em: EntityManager,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<SampleRecord, 'id'>>> {
  const list = onlyColumns(sampleRecordsByName, columns, ['id']);
  return readPage(em, list, [], pageOf(list, page));
}
