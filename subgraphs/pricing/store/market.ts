import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { newId } from '#shared/ids.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import type { ObservationInput } from '../domain/inputs.ts';
import type { Demand, Observation } from '../domain/price.ts';
import { type MarketKind, type MarketObservation, MarketObservationEntity } from '../entities.ts';
import { observationRows } from './rows.ts';

/** Bookings of a region in the last 7 days and the 8 weeks before, in one statement. */
export async function readDemand(em: EntityManager, region: string, now: Date): Promise<Demand> {
  const [row] = await query<{ lastWeek: number; before: number }>(
    em,
    sql`select count(*) filter (where created_at > ${now}::timestamptz - interval '7 days')::int as "lastWeek",
            count(*) filter (where created_at <= ${now}::timestamptz - interval '7 days')::int as before
       from priced_shipment
      where origin_region = ${region} and created_at <= ${now} and created_at > ${now}::timestamptz - interval '63 days'`,
  );
  return { region, lastWeek: row?.lastWeek ?? 0, meanWeek: (row?.before ?? 0) / 8 };
}

/** The newest observation of each kind for this equipment. */
export async function latestObservations(
  em: EntityManager,
  equipment: Equipment,
): Promise<{ competitor: Observation | null; cost: Observation | null }> {
  const rows = await observationRows.read(
    em,
    sql`select distinct on (t.kind) ${observationRows.columns('t')} from market_observation t
      where t.equipment = ${equipment} order by t.kind, t.observed_at desc`,
  );
  const latest = (kind: MarketKind): Observation | null => rows.find((row) => row.kind === kind) ?? null;
  return { competitor: latest('COMPETITOR'), cost: latest('COST') };
}

export async function recordObservation(
  { em, audit }: Transaction,
  { kind, equipment, ratio, source }: ObservationInput,
  now: Date,
): Promise<MarketObservation> {
  const facts = { kind, equipment, ratio, source };
  const observation = em.create(MarketObservationEntity, { id: newId(now.getTime()), ...facts, observedAt: now });
  await em.flush();
  const target = { kind: 'MarketObservation', id: observation.id } as const;
  audit({ action: 'MARKET_OBSERVATION_RECORDED', target, changes: changesTo(facts), at: now });
  return observation;
}
