import type { EntityManager } from '#shared/database/database.ts';
import type { UserError } from '#shared/errors/errors.ts';
import { missingLoad, shipmentRefusals } from '../domain/assignment.ts';
import { type Recommendation, recommend, type Weighed } from '../domain/recommendation.ts';
import { type ExclusionGroup, groupExclusions, scarcityOf } from '../domain/supply.ts';
import { freeDrivers, freeVehicles, type Search, supplyFor } from './candidates.ts';
import { type FoundLoad, findLoad, statesWithoutLoad } from './loads.ts';

export interface Ranked extends Recommendation {
  /** From 1. */
  readonly rank: number;
}

export interface Advice {
  readonly recommendations: readonly Ranked[];
  readonly excluded: readonly ExclusionGroup[];
  /** Why there is no recommendation. Empty if there is one. */
  readonly refusals: readonly UserError[];
}

interface Options {
  readonly first: number;
  readonly now: Date;
}

/** The best pairs for a load, and who is left out. */
export async function weighPairs(em: EntityManager, search: Search, first: number): Promise<Weighed> {
  const drivers = await freeDrivers(em, search);
  return recommend(search.load, drivers, await freeVehicles(em, search), { first, now: search.now });
}

/** The best pairs for a shipment. Empty if it waits for no assignment. */
export async function listPairs(em: EntityManager, shipmentId: string, { first, now }: Options): Promise<Ranked[]> {
  const load = await findLoad(em, shipmentId);
  if (!load || waitingRefusals(load).length > 0) return [];
  return ranked((await weighPairs(em, { load, now, planned: [] }, first)).recommendations);
}

/** The best pairs for a shipment, who is left out, and why there is none. */
export async function advise(em: EntityManager, shipmentId: string, { first, now }: Options): Promise<Advice> {
  const load = await findLoad(em, shipmentId);
  const refusals = load
    ? waitingRefusals(load)
    : [missingLoad((await statesWithoutLoad(em, [shipmentId])).get(shipmentId))];
  if (!load || refusals.length > 0) return { recommendations: [], excluded: [], refusals };
  const search = { load, now, planned: [] };
  const { recommendations, excluded } = await weighPairs(em, search, first);
  const supply = await supplyFor(em, search);
  return {
    recommendations: ranked(recommendations),
    excluded: groupExclusions(supply, excluded),
    refusals: recommendations.length === 0 ? [scarcityOf(load, supply)] : [],
  };
}

export const alreadyAssigned: UserError = {
  code: 'ALREADY_ASSIGNED',
  field: ['shipmentId'],
  message: 'This shipment has an assignment. Unassign it first.',
};

/** Why a shipment waits for no assignment. Pairs are shown before its risk is decided. */
function waitingRefusals({ assigned, state }: FoundLoad): UserError[] {
  const refusals = shipmentRefusals(state, 'ALLOW');
  if (refusals.length > 0 || !assigned) return refusals;
  return [alreadyAssigned];
}

function ranked(recommendations: readonly Recommendation[]): Ranked[] {
  return recommendations.map((recommendation, index) => ({ ...recommendation, rank: index + 1 }));
}
