import type { EntityManager } from '#shared/database/database.ts';
import { executeBound } from '#shared/database/query.ts';
import { type Carriage, type CarriageFact, carriageFacts, merge, unknownCarriage } from '../domain/carriage.ts';
import type { Fact } from '../domain/facts.ts';

interface CarriageRow extends Carriage {
  readonly shipmentId: string;
}

/**
 * Remembers what is news of loads on trucks.
 * @returns what it means for their drivers' days
 */
export async function recordCarriages(em: EntityManager, news: readonly CarriageFact[]): Promise<Fact[]> {
  if (news.length === 0) return [];
  const byShipment = Map.groupBy(news, ({ shipmentId }) => shipmentId);
  const updated = (shipmentId: string, before: Carriage): CarriageRow => ({
    shipmentId,
    ...(byShipment.get(shipmentId) ?? []).reduce(merge, before),
  });
  // Most loads are new to us. Of two writers of one load the second waits here for the first, and sees what it wrote.
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
  await executeBound(
    em,
    `update carriage set driver_id = news.driver_id, picked_up_at = news.picked_up_at, ended_at = news.ended_at
       from unnest(${parameterTypes}) as news (shipment_id, driver_id, picked_up_at, ended_at)
      where carriage.shipment_id = news.shipment_id`,
    parametersOf(changes.map(({ after }) => after)),
  );
  return [...facts, ...changes.flatMap(({ before, after }) => carriageFacts(before, after))];
}

async function insertFresh(em: EntityManager, rows: readonly CarriageRow[]): Promise<ReadonlySet<string>> {
  const fresh = await executeBound<{ shipment_id: string }>(
    em,
    `insert into carriage (shipment_id, driver_id, picked_up_at, ended_at) select * from unnest(${parameterTypes})
     on conflict do nothing returning shipment_id`,
    parametersOf(rows),
  );
  return new Set(fresh.map((row) => row.shipment_id));
}

function lockKnown(em: EntityManager, shipmentIds: readonly string[]): Promise<CarriageRow[]> {
  const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return executeBound<CarriageRow>(
    em,
    `select shipment_id as "shipmentId", driver_id as "driverId",
            ${iso('picked_up_at')} as "pickedUpAt", ${iso('ended_at')} as "endedAt"
       from carriage where shipment_id = any($1::uuid[]) order by shipment_id for update`,
    [shipmentIds],
  );
}

const parameterTypes = '$1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]';

function parametersOf(rows: readonly CarriageRow[]): (string | null)[][] {
  const column = (read: (row: CarriageRow) => string | null) => rows.map(read);
  return [
    column(({ shipmentId }) => shipmentId),
    column(({ driverId }) => driverId),
    column(({ pickedUpAt }) => pickedUpAt),
    column(({ endedAt }) => endedAt),
  ];
}
