import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { type Columns, rowsFrom } from '#shared/database/rows.ts';
import { isOneOf, type Sql, sql, within } from '#shared/database/sql.ts';
import { newId } from '#shared/ids.ts';
import { parseTimeRange, type TimeRange } from '#shared/input/time-range.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { AuditReport } from '../domain/audit-inputs.ts';
import { inTransaction, rowsOf, type Statements } from './statements.ts';

/** Records the report of a gateway, once. */
export function recordReport(client: Statements, { reportId, responses, refusals }: AuditReport): Promise<void> {
  return inTransaction(client, async () => {
    const isNew = await rowsOf(
      client,
      'insert into processed_event (event_id) values ($1) on conflict do nothing returning event_id',
      [reportId],
    );
    if (isNew.length === 0) return;
    if (responses.length > 0) await insertResponses(client, responses);
    if (refusals.length > 0) await addCounts(client, refusals);
  });
}

async function insertResponses(client: Statements, responses: AuditReport['responses']): Promise<void> {
  await client.query(
    `insert into audit.response (request_id, sha256, status, at)
      select "requestId", sha256, status, at
        from jsonb_to_recordset($1::jsonb) as t ("requestId" text, sha256 text, status int, at timestamptz)
      on conflict do nothing`,
    [JSON.stringify(responses)],
  );
}

/** In one order, so that the reports of two gateways wait for each other instead of deadlocking. */
async function addCounts(client: Statements, refusals: AuditReport['refusals']): Promise<void> {
  const counts = refusals.map((refusal) => ({ id: newId(refusal.minute.getTime()), ...refusal }));
  await client.query(
    `insert into refusal_count (id, minute, caller, code, count, operation, document_id, request_id)
      select id, minute, caller, code, count, "operationName", "documentId", "requestId"
        from jsonb_to_recordset($1::jsonb) as t (id uuid, minute timestamptz, caller text, code text, count int,
          "operationName" text, "documentId" text, "requestId" text)
        order by minute, caller, code
      on conflict (minute, caller, code) do update set count = refusal_count.count + excluded.count`,
    [JSON.stringify(counts)],
  );
}

/** Moves the counts of minutes that are over to the audit trail, where they can't be changed. A later report begins a count of its own. */
export async function closeRefusalCounts(client: Statements): Promise<void> {
  await client.query(
    `with closed as (
       delete from refusal_count where (minute, caller, code) in (
         select minute, caller, code from refusal_count where minute < now() - interval '2 minutes'
         order by minute, caller, code limit 10000 for update skip locked)
       returning id, minute, caller, code, count, operation, document_id, request_id)
     insert into audit.refusal (id, minute, caller, code, count, operation, document_id, request_id) select * from closed`,
  );
}

/** How often a caller was refused with a code in a minute, and one of these requests. */
export interface RefusalCount {
  readonly id: string;
  readonly minute: Date;
  readonly caller: string;
  readonly code: string;
  readonly count: number;
  readonly operationName: string | null;
  readonly documentId: string | null;
  readonly requestId: string;
}

export interface RefusalFilter {
  readonly codes?: readonly string[] | null;
  readonly caller?: string | null;
  readonly at?: TimeRange | null;
}

const columns = sql`id, minute, caller, code, count, operation, document_id, request_id`;
const counts: List<RefusalCount> = {
  rows: rowsFrom<RefusalCount>(
    {
      id: 'id',
      minute: 'minute',
      caller: 'caller',
      code: 'code',
      count: 'count',
      operationName: 'operation',
      documentId: 'document_id',
      requestId: 'request_id',
    },
    ['minute'],
  ),
  from: sql`(select ${columns} from refusal_count union all select ${columns} from audit.refusal) t`,
  order: [
    { expression: 't.minute', kind: 'time', property: 'minute' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

/** A page of refusals, newest first. The caller has checked the scope. @throws GraphError BAD_USER_INPUT */
export async function pageOfRefusals(
  em: EntityManager,
  { codes, caller, at }: RefusalFilter,
  page: PageArguments,
  wanted: Columns,
): Promise<Connection<Pick<RefusalCount, 'id'>>> {
  const where: Sql[] = [...within('t.minute', parseTimeRange('filter.at', at))];
  if (codes != null) where.push(isOneOf('t.code', codes));
  if (caller != null) where.push(isOneOf('t.caller', [caller]));
  const list = onlyColumns(counts, wanted, ['id']);
  return readPage(em, list, where, pageOf(list, page));
}
