import type { EntityManager } from '#shared/database/database.ts';
import { recordOnce } from '#shared/database/idempotency.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transact } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import { toLine } from '#shared/input/text.ts';
import type { Equipment } from '#shared/vocabulary.ts';
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

export interface ObservationInput {
  readonly kind: MarketObservation['kind'];
  readonly equipment: Equipment;
  readonly ratio: number;
  readonly source: string;
  readonly idempotencyKey?: string | null;
}

export function recordObservation(
  transact: Transact,
  accountId: string,
  input: ObservationInput,
  now: Date,
): Promise<MarketObservation> {
  const { kind, equipment, ratio } = input;
  const key = parseIdempotencyKey(input.idempotencyKey);
  if (!(ratio >= 0.2 && ratio <= 5)) refuse('OUT_OF_RANGE', `The ratio must be from 0.2 to 5; got ${ratio}.`, 'ratio');
  const source =
    toLine(input.source, 1, 80) ??
    refuse('INVALID_SOURCE', 'The source must have 1 to 80 printable characters.', 'source');
  const facts = { kind, equipment, ratio, source };
  return transact((transaction) => {
    const { em } = transaction;
    const record = async (): Promise<MarketObservation> => {
      const observation = em.create(MarketObservationEntity, { id: newId(now.getTime()), ...facts, observedAt: now });
      await em.flush();
      return observation;
    };
    const call = { accountId, mutation: 'recordMarketObservation', key, input: facts };
    return recordOnce(transaction, call, record, (id) => em.findOneOrFail(MarketObservationEntity, id));
  });
}
