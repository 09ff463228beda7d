import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { never, sql, uuids } from '#shared/database/sql.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { isUuid } from '#shared/ids.ts';
import { isClosed, type LoadState, type RiskState } from '../domain/load.ts';
import { type Load, LoadEntity, LoadStateEntity } from '../entities.ts';
import { loadRows } from './rows.ts';

/** A load with its state. */
export interface StandingLoad {
  readonly load: Load;
  readonly state: LoadState;
  readonly risk: RiskState;
}

/** The load of a mutation, with its state locked until the commit. Null if the shipment was not booked. */
export async function lockLoad(em: EntityManager, shipmentId: string): Promise<StandingLoad | null> {
  if (!isUuid(shipmentId)) return null;
  const standing = await em.findOne(LoadStateEntity, { shipmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const load = standing && (await em.findOne(LoadEntity, { shipmentId }));
  return load ? { load, state: standing.state, risk: standing.risk } : null;
}

/** Locks the states of these loads until the commit, in the order of their ids. */
export async function lockLoads(em: EntityManager, shipmentIds: readonly string[]): Promise<void> {
  await query(
    em,
    sql`select from load_state where shipment_id = any(${uuids(shipmentIds)}) order by shipment_id for update`,
  );
}

/** A booked load, and whether it has an assignment. Null if the shipment was not booked. */
export async function findLoad(em: EntityManager, shipmentId: string): Promise<FoundLoad | null> {
  const [load] = await findLoads(em, [shipmentId]);
  return load ?? null;
}

/** The booked loads of these shipments, in any order. One statement. */
export function findLoads(em: EntityManager, shipmentIds: readonly string[]): Promise<FoundLoad[]> {
  return loadRows.read<Standing>(
    em,
    sql`select ${loadRows.columns('t')}, s.state, s.risk, ${isAssigned} as assigned
      from load t join load_state s using (shipment_id) where t.shipment_id = any(${uuids(shipmentIds)})`,
  );
}

const isAssigned = sql`exists (select 1 from assignment a where a.shipment_id = t.shipment_id and a.state <> 'RELEASED')`;

interface Standing {
  readonly state: LoadState;
  readonly risk: RiskState;
  readonly assigned: boolean;
}

export type FoundLoad = Load & Standing;

/** Stores a newer version of a booked shipment. @returns the previous version; undefined if the given one is not newer */
export async function keepLoad(em: EntityManager, load: Load): Promise<{ before: Load | null } | undefined> {
  const { shipmentId } = load;
  await addState(em, shipmentId);
  // A concurrent assignment has read the old version. This lock makes it finish first, or read the new version.
  await query(em, sql`select state from load_state where shipment_id = ${shipmentId} for update`);
  const known = await em.findOne(LoadEntity, { shipmentId });
  if (known && known.version >= load.version) return undefined;
  const before = known ? { ...known } : null;
  if (known) Object.assign(known, load);
  else em.create(LoadEntity, load);
  await em.flush();
  if (known) await forgetRisk(em, shipmentId);
  return { before };
}

/** The states of the shipments that were not booked: drafts, and those that were cancelled as drafts. Risk assesses booked ones only. */
export async function statesWithoutLoad(
  em: EntityManager,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, LoadState>> {
  const rows = await query<{ id: string; state: LoadState }>(
    em,
    sql`select s.shipment_id as id, s.state from load_state s left join load t using (shipment_id)
      where s.shipment_id = any(${uuids(shipmentIds)}) and t.shipment_id is null and s.risk_at is null`,
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}

/** Stores a state for a shipment without one, such as a new draft. */
export async function addState(em: EntityManager, shipmentId: string): Promise<void> {
  await query(em, sql`insert into load_state (shipment_id) values (${shipmentId}) on conflict do nothing`);
}

/** Forgets the risk decision on the older version. Risk assesses every version again. */
async function forgetRisk(em: EntityManager, shipmentId: string): Promise<void> {
  await query(em, sql`update load_state set risk = 'PENDING', risk_at = null where shipment_id = ${shipmentId}`);
}

/**
 * Stores the state of a load. A closed load stays closed, and an event older than the stored state changes nothing.
 * @returns false if nothing changed
 */
export async function storeState(em: EntityManager, shipmentId: string, state: LoadState, at: Date): Promise<boolean> {
  await addState(em, shipmentId);
  const known = await em.findOneOrFail(LoadStateEntity, { shipmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (isClosed(known.state)) return false;
  if (!isClosed(state) && known.stateAt && known.stateAt > at) return false;
  Object.assign(known, { state, stateAt: at });
  await em.flush();
  return true;
}

/**
 * Stores the latest risk decision.
 * @returns false if a later one is stored, or if it is about an older version of the load
 */
export async function storeRisk(
  em: EntityManager,
  { shipmentId, decision, version }: EventPayload<'risk.assessed'>,
  at: Date,
): Promise<boolean> {
  const isOutdated =
    version === undefined
      ? never
      : sql`exists (select from load where shipment_id = ${shipmentId} and version > ${version})`;
  const rows = await query(
    em,
    sql`insert into load_state (shipment_id, risk, risk_at) select ${shipmentId}, ${decision}, ${at} where not ${isOutdated}
     on conflict (shipment_id) do update set risk = excluded.risk, risk_at = excluded.risk_at
       where load_state.risk_at is null or load_state.risk_at <= excluded.risk_at
     returning shipment_id`,
  );
  return rows.length === 1;
}
