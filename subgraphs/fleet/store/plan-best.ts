import type { EntityManager } from '#shared/database/database.ts';
import type { UserError } from '#shared/errors/errors.ts';
import { missingLoad, shipmentRefusals, windowOf } from '../domain/assignment.ts';
import { isClosed, type LoadState } from '../domain/load.ts';
import type { Recommendation } from '../domain/recommendation.ts';
import { scarcityOf } from '../domain/supply.ts';
import type { Load } from '../entities.ts';
import { type PlannedAssignment, type Search, supplyFor } from './candidates.ts';
import { type FoundLoad, findLoads, statesWithoutLoad } from './loads.ts';
import { alreadyAssigned, weighPairs } from './recommendations.ts';

/** The best pair that is left for one shipment, or why there is none. */
export type Planned =
  | { readonly shipmentId: string; readonly load: Load; readonly pair: Recommendation; readonly refusals: readonly [] }
  | { readonly shipmentId: string; readonly pair: null; readonly refusals: readonly UserError[] };

/**
 * Chooses the best pair of driver and vehicle for each shipment. The soonest pickup chooses first, and the others from what
 * is left. Reads only: it neither takes nor waits for locks.
 * @returns one entry per shipment, in the order of the ids
 */
export async function planBest(em: EntityManager, shipmentIds: readonly string[], now: Date): Promise<Planned[]> {
  const loads = new Map((await findLoads(em, shipmentIds)).map((load) => [load.shipmentId, load]));
  const plan = new Map<string, Planned>();
  const planned: PlannedAssignment[] = [];
  for (const load of [...loads.values()].sort(byPickup(shipmentIds))) {
    const chosen = await choosePair(em, { load, now, planned });
    if (chosen.pair) planned.push(assignmentOf(load, chosen.pair));
    plan.set(load.shipmentId, chosen);
  }
  const missing = shipmentIds.filter((id) => !plan.has(id));
  const states = missing.length > 0 ? await statesWithoutLoad(em, missing) : new Map<string, LoadState>();
  for (const id of missing) plan.set(id, { shipmentId: id, pair: null, refusals: [missingLoad(states.get(id))] });
  return shipmentIds.flatMap((id) => plan.get(id) ?? []);
}

/** Of two pickups at one time, the one that was named first is first. */
function byPickup(shipmentIds: readonly string[]) {
  return (left: Load, right: Load) =>
    left.pickupFrom.getTime() - right.pickupFrom.getTime() ||
    shipmentIds.indexOf(left.shipmentId) - shipmentIds.indexOf(right.shipmentId);
}

function assignmentOf(load: Load, { driverId, vehicleId }: Recommendation): PlannedAssignment {
  return { shipmentId: load.shipmentId, driverId, vehicleId, ...windowOf(load) };
}

async function choosePair(em: EntityManager, search: Search & { readonly load: FoundLoad }): Promise<Planned> {
  const { load } = search;
  const { shipmentId } = load;
  const refusals = refusalsOf(load);
  if (refusals.length > 0) return { shipmentId, pair: null, refusals };
  const [pair] = (await weighPairs(em, search, 1)).recommendations;
  if (pair) return { shipmentId, load, pair, refusals: [] };
  return { shipmentId, pair: null, refusals: [scarcityOf(load, await supplyFor(em, search))] };
}

function refusalsOf({ state, risk, assigned }: FoundLoad): UserError[] {
  return assigned && !isClosed(state) ? [alreadyAssigned] : shipmentRefusals(state, risk);
}
