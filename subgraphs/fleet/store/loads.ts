import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';
import { isClosed, type LoadState, type RiskState } from '../domain/load.ts';
import { type Load, LoadEntity, LoadStateEntity } from '../entities.ts';
import { loadRows } from './rows.ts';

/** A load with where it stands. */
export interface StandingLoad {
  readonly load: Load;
  readonly state: LoadState;
  readonly risk: RiskState;
}

/** The load of a mutation, its state locked until the commit; null where no such shipment was booked. */
export async function lockLoad(em: EntityManager, shipmentId: string): Promise<StandingLoad | null> {
  if (!isUuid(shipmentId)) return null;
  const standing = await em.findOne(LoadStateEntity, { shipmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const load = standing && (await em.findOne(LoadEntity, { shipmentId }));
  return load ? { load, state: standing.state, risk: standing.risk } : null;
}

/** A booked load, and whether it has an assignment; null where no such shipment was booked. */
export async function findLoad(em: EntityManager, shipmentId: string): Promise<FoundLoad | null> {
  if (!isUuid(shipmentId)) return null;
  const [load] = await loadRows.read<{ state: LoadState; assigned: boolean }>(
    em,
    sql`select ${loadRows.columns('t')}, s.state, ${isAssigned} as assigned
      from load t join load_state s using (shipment_id) where t.shipment_id = ${shipmentId}`,
  );
  return load ?? null;
}

const isAssigned = sql`exists (select 1 from assignment a where a.shipment_id = t.shipment_id and a.state <> 'RELEASED')`;

export type FoundLoad = Load & { readonly state: LoadState; readonly assigned: boolean };

/** Keeps the newest version of a booked shipment. @returns what was known before; undefined where the news is old */
export async function keepLoad(em: EntityManager, load: Load): Promise<{ before: Load | null } | undefined> {
  const { shipmentId } = load;
  await addState(em, shipmentId);
  // Who assigns it at this moment has seen the old version: they finish first, or start over with the new one.
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

async function addState(em: EntityManager, shipmentId: string): Promise<void> {
  await query(em, sql`insert into load_state (shipment_id) values (${shipmentId}) on conflict do nothing`);
}

/** What risk said was said of the older version: it assesses every version anew. */
async function forgetRisk(em: EntityManager, shipmentId: string): Promise<void> {
  await query(em, sql`update load_state set risk = 'PENDING', risk_at = null where shipment_id = ${shipmentId}`);
}

/**
 * Notes where a load stands. Closed loads stay closed, and older news than what is known changes nothing.
 * @returns false where nothing changed
 */
export async function noteState(em: EntityManager, shipmentId: string, state: LoadState, at: Date): Promise<boolean> {
  await addState(em, shipmentId);
  const known = await em.findOneOrFail(LoadStateEntity, { shipmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (isClosed(known.state)) return false;
  if (!isClosed(state) && known.stateAt && known.stateAt > at) return false;
  Object.assign(known, { state, stateAt: at });
  await em.flush();
  return true;
}

/** Notes the latest word of risk. @returns false where a later one is known */
export async function noteRisk(em: EntityManager, shipmentId: string, risk: RiskState, at: Date): Promise<boolean> {
  const rows = await query(
    em,
    sql`insert into load_state (shipment_id, risk, risk_at) values (${shipmentId}, ${risk}, ${at})
     on conflict (shipment_id) do update set risk = excluded.risk, risk_at = excluded.risk_at
       where load_state.risk_at is null or load_state.risk_at <= excluded.risk_at
     returning shipment_id`,
  );
  return rows.length === 1;
}
