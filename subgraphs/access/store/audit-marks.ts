import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { rowsFrom } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';

/** The response to the request of an audit entry, as a gateway has sent it. */
export interface AuditResponse {
  readonly requestId: string;
  readonly sha256: string;
  readonly status: number;
  readonly at: Date;
}

const responseRows = rowsFrom<AuditResponse>(
  { requestId: 'request_id', sha256: 'sha256', status: 'status', at: 'at' },
  ['at'],
);

export function responsesOf(em: EntityManager, requestIds: readonly string[]): Promise<AuditResponse[]> {
  return responseRows.read(
    em,
    sql`select ${responseRows.columns('t')} from audit.response t where t.request_id = any(${requestIds}::text[])`,
  );
}

/** The place of an audit entry in the chain. */
export interface AuditPlace {
  readonly recordId: string;
  readonly sequence: number;
  readonly hash: string;
}

export async function placesOf(em: EntityManager, entryIds: readonly string[]): Promise<AuditPlace[]> {
  const rows = await query<Omit<AuditPlace, 'sequence'> & { readonly sequence: string }>(
    em,
    sql`select record_id as "recordId", sequence, hash from audit.link where kind = 'entry' and record_id = any(${entryIds}::text[])`,
  );
  return rows.map(({ sequence, ...place }) => ({ ...place, sequence: Number(sequence) }));
}
