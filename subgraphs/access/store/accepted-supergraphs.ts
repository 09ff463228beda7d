import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { AcceptSupergraph } from '../domain/supergraph-inputs.ts';
import { type AccountAudit, recordAudit } from './audit.ts';

/** A supergraph that gateways load although it damages documents. */
export interface AcceptedSupergraph {
  readonly hash: string;
  readonly reason: string;
  readonly acceptedAt: Date;
}

/** Gateways get the latest acceptances. A supergraph is accepted shortly before it is loaded. */
const maxAccepted = 100;

/** Accepts a supergraph. Accepting it again replaces the reason. */
export async function acceptSupergraph(
  em: EntityManager,
  audit: AccountAudit,
  { hash, reason }: AcceptSupergraph,
): Promise<AcceptedSupergraph> {
  await query(
    em,
    sql`insert into accepted_supergraph (hash, reason, accepted_by, accepted_at)
      values (${hash}, ${reason}, ${audit.actorId}::uuid, ${audit.at})
      on conflict (hash) do update set reason = excluded.reason, accepted_by = excluded.accepted_by, accepted_at = excluded.accepted_at`,
  );
  recordAudit(em, audit, 'SUPERGRAPH_ACCEPTED', null, [{ field: hash, before: null, after: reason }]);
  return { hash, reason, acceptedAt: audit.at };
}

/** The hashes of the latest accepted supergraphs. */
export async function readAcceptedSupergraphs(em: EntityManager): Promise<string[]> {
  const rows = await query<{ hash: string }>(
    em,
    sql`select hash from accepted_supergraph order by accepted_at desc limit ${maxAccepted}`,
  );
  return rows.map(({ hash }) => hash);
}
