import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw, type Sql, sql, uuids } from '#shared/database/sql.ts';
import { type Carriage, type CarriageFact, carriageFacts, merge, unknownCarriage } from '../domain/carriage.ts';
import type { Fact } from '../domain/facts.ts';

interface CarriageRow extends Carriage {
  readonly shipmentId: string;
}

/**
 * Stores the changes of loads on trucks.
 * @returns the facts of the changes for the days of the drivers
 */
export async function recordCarriages(em: EntityManager, news: readonly CarriageFact[]): Promise<Fact[]> {
  if (news.length === 0) return [];
  const byShipment = Map.groupBy(news, ({ shipmentId }) => shipmentId);
  const updated = (shipmentId: string, before: Carriage): CarriageRow => ({
    shipmentId,
    ...(byShipment.get(shipmentId) ?? []).reduce(merge, before),
  });
  // Most loads are new. Of two writers of one load, the second waits here for the first and reads what it wrote.
  const candidates = [...byShipment.keys()].sort().map((shipmentId) => updated(shipmentId, unknownCarriage));
  const fresh = await insertFresh(em, candidates);
  const facts = candidates
    .filter(({ shipmentId }) => fresh.has(shipmentId))
    .flatMap((after) => carriageFacts(unknownCarriage, after));
  if (fresh.size === candidates.length) return facts;

  const known = await lockKnown(
    em,
    candidates.map(({ shipmentId }) => shipmentId).filter((id) => !fresh.has(id)),
  );
  const changes = known.map((before) => ({ before, after: updated(before.shipmentId, before) }));
  const rows = tableOf(changes.map(({ after }) => after));
  await query(
    em,
    sql`update carriage set driver_id = news.driver_id, picked_up_at = news.picked_up_at, ended_at = news.ended_at
       from ${rows} as news (shipment_id, driver_id, picked_up_at, ended_at)
      where carriage.shipment_id = news.shipment_id`,
  );
  return [...facts, ...changes.flatMap(({ before, after }) => carriageFacts(before, after))];
}

async function insertFresh(em: EntityManager, rows: readonly CarriageRow[]): Promise<ReadonlySet<string>> {
  const fresh = await query<{ shipment_id: string }>(
    em,
    sql`insert into carriage (shipment_id, driver_id, picked_up_at, ended_at) select * from ${tableOf(rows)}
     on conflict do nothing returning shipment_id`,
  );
  return new Set(fresh.map((row) => row.shipment_id));
}

function lockKnown(em: EntityManager, shipmentIds: readonly string[]): Promise<CarriageRow[]> {
  return query<CarriageRow>(
    em,
    sql`select shipment_id as "shipmentId", driver_id as "driverId",
            ${isoText('picked_up_at')} as "pickedUpAt", ${isoText('ended_at')} as "endedAt"
       from carriage where shipment_id = any(${uuids(shipmentIds)}) order by shipment_id for update`,
  );
}

function isoText(column: string): Sql {
  return raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
}

/** The rows as a table, from one array per column. */
function tableOf(rows: readonly CarriageRow[]): Sql {
  const column = (read: (row: CarriageRow) => string | null) => rows.map(read);
  return sql`unnest(
    ${column(({ shipmentId }) => shipmentId)}::uuid[], ${column(({ driverId }) => driverId)}::uuid[],
    ${column(({ pickedUpAt }) => pickedUpAt)}::timestamptz[], ${column(({ endedAt }) => endedAt)}::timestamptz[])`;
}
