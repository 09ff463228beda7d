import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { isClosed, type LoadState, type RiskState } from '../domain/load.ts';
import { type Load, LoadEntity, LoadStateEntity } from '../entities.ts';
import { conjunction } from './page.ts';
import { visibleLoads } from './reach.ts';

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

export async function findLoad(em: EntityManager, shipmentId: string): Promise<StandingLoad | null> {
  if (!isUuid(shipmentId)) return null;
  const [load, standing] = [
    await em.findOne(LoadEntity, { shipmentId }),
    await em.findOne(LoadStateEntity, { shipmentId }),
  ];
  return load && standing ? { load, state: standing.state, risk: standing.risk } : null;
}

/** The loads among these shipments that somebody may see. */
export async function visibleLoadsOf(em: EntityManager, identity: Identity, ids: readonly string[]): Promise<Load[]> {
  const where = visibleLoads(identity);
  const raws: Record<string, unknown>[] = await em.execute(
    `select t.* from load t where t.shipment_id in (?) and ${conjunction(where)}`,
    [[...ids], ...where.flatMap(({ parameters }) => parameters)],
  );
  return raws.map((raw) => em.map(LoadEntity, raw));
}

/** Keeps the newest version of a booked shipment. @returns what was known before; undefined where the news is old */
export async function keepLoad(em: EntityManager, load: Load): Promise<{ before: Load | null } | undefined> {
  const { shipmentId } = load;
  await em.execute('insert into load_state (shipment_id) values (?) on conflict do nothing', [shipmentId]);
  // Who assigns it at this moment has seen the old version: they finish first, or start over with the new one.
  await em.execute('select state from load_state where shipment_id = ? for update', [shipmentId]);
  const known = await em.findOne(LoadEntity, { shipmentId });
  if (known && known.version >= load.version) return undefined;
  const before = known ? { ...known } : null;
  if (known) Object.assign(known, load);
  else em.create(LoadEntity, load);
  await em.flush();
  if (known) await forgetRisk(em, shipmentId);
  return { before };
}

/** What risk said was said of the older version: it assesses every version anew. */
async function forgetRisk(em: EntityManager, shipmentId: string): Promise<void> {
  await em.execute(`update load_state set risk = 'PENDING', risk_at = null where shipment_id = ?`, [shipmentId]);
}

/**
 * Notes where a load stands. Closed loads stay closed, and older news than what is known changes nothing.
 * @returns false where nothing changed
 */
export async function noteState(em: EntityManager, shipmentId: string, state: LoadState, at: Date): Promise<boolean> {
  await em.execute('insert into load_state (shipment_id) values (?) on conflict do nothing', [shipmentId]);
  const known = await em.findOneOrFail(LoadStateEntity, { shipmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (isClosed(known.state)) return false;
  if (!isClosed(state) && known.stateAt && known.stateAt > at) return false;
  Object.assign(known, { state, stateAt: at });
  await em.flush();
  return true;
}

/** Notes the latest word of risk. @returns false where a later one is known */
export async function noteRisk(em: EntityManager, shipmentId: string, risk: RiskState, at: Date): Promise<boolean> {
  const rows = await em.execute(
    `insert into load_state (shipment_id, risk, risk_at) values (?, ?, ?)
     on conflict (shipment_id) do update set risk = excluded.risk, risk_at = excluded.risk_at
       where load_state.risk_at is null or load_state.risk_at <= excluded.risk_at
     returning shipment_id`,
    [shipmentId, risk, at],
  );
  return rows.length === 1;
}
