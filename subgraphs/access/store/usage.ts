import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { allOf, hasId, raw, type Sql, sql } from '#shared/database/sql.ts';
import { keptDays, type RecordUsage, type UsageArguments } from '../domain/usage-inputs.ts';

/** Entries of one list. */
const maxEntries = 100;
/** Days for which the last report of a gateway is remembered. It repeats a report within seconds. */
const reportDays = 1;
/** Rows that one statement deletes. */
const batchSize = 10_000;

export interface UsageEntry {
  readonly day: Date | null;
  readonly apiKeyId: string | null;
  readonly documentId: string | null;
  readonly points: number;
  readonly requests: number;
  readonly refusals: number;
}

/** Adds the sums of a report, once: a gateway repeats a report whose outcome it does not know. */
export async function recordUsage(em: EntityManager, { gatewayId, sequence, sums }: RecordUsage): Promise<void> {
  const [isNew] = await query(
    em,
    sql`insert into usage_report as last (gateway_id, sequence, at) values (${gatewayId}, ${sequence}, now())
      on conflict (gateway_id) do update set sequence = excluded.sequence, at = excluded.at
        where last.sequence < excluded.sequence
      returning true`,
  );
  if (!isNew) return;
  await query(
    em,
    sql`insert into usage_day as known (day, owner_id, api_key_id, document, points, requests, refusals)
      select (day at time zone 'UTC')::date, "ownerId", "apiKeyId", "documentId", sum(points), sum(requests), sum(refusals)
      from jsonb_to_recordset(${JSON.stringify(sums)}::jsonb) given (day timestamptz, "ownerId" uuid, "apiKeyId" uuid,
        "documentId" text, points bigint, requests bigint, refusals bigint)
      group by 1, 2, 3, 4 order by 2, 1, 3, 4
      on conflict (owner_id, day, api_key_id, document) do update set points = known.points + excluded.points,
        requests = known.requests + excluded.requests, refusals = known.refusals + excluded.refusals`,
  );
}

/** What an organization, or an account without one, has spent on the last days, up to and including today. */
export async function readUsage(
  em: EntityManager,
  ownerId: string,
  { by, days, document, key }: UsageArguments,
  now: Date,
): Promise<UsageEntry[]> {
  const { select, groupBy, orderBy } = groupings[by];
  const conditions: Sql[] = [
    sql`owner_id = ${ownerId}`,
    sql`day > (${now}::timestamptz at time zone 'UTC')::date - ${days}::int`,
    ...(document == null ? [] : [sql`document = ${document.toLowerCase()}`]),
    ...(key == null ? [] : [hasId('api_key_id', key)]),
  ];
  const rows = await query<Omit<UsageEntry, 'day'> & { readonly day: string | null }>(
    em,
    sql`select ${select}, sum(points)::float8 as points, sum(requests)::float8 as requests, sum(refusals)::float8 as refusals
      from usage_day where ${allOf(conditions)} group by ${groupBy} order by ${orderBy} limit ${maxEntries}`,
  );
  return rows.map((row) => ({ ...row, day: row.day === null ? null : new Date(row.day) }));
}

/** How entries are grouped, and in which order they come. */
const groupings: Record<UsageArguments['by'], { readonly [part in 'select' | 'groupBy' | 'orderBy']: Sql }> = {
  DAY: {
    select: raw(`day::text as day, null as "apiKeyId", null as "documentId"`),
    groupBy: raw('day'),
    orderBy: raw('day desc'),
  },
  KEY: {
    select: raw(`null as day, api_key_id as "apiKeyId", null as "documentId"`),
    groupBy: raw('api_key_id'),
    orderBy: raw('4 desc, api_key_id'),
  },
  DOCUMENT: {
    select: raw(`null as day, null as "apiKeyId", document as "documentId"`),
    groupBy: raw('document'),
    orderBy: raw('4 desc, document'),
  },
};

/** Deletes the figures of days that are no longer shown, and the last reports of gateways that have stopped. */
export async function deleteOldUsage(em: EntityManager): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize; ) {
    const rows = await query(
      em,
      sql`delete from usage_day where ctid = any(array(
        select ctid from usage_day where day <= (now() at time zone 'UTC')::date - ${keptDays}::int limit ${batchSize}
      )) returning true`,
    );
    deleted = rows.length;
  }
  await query(em, sql`delete from usage_report where at < now() - make_interval(days => ${reportDays})`);
}
