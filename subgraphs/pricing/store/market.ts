import type { EntityManager } from '#shared/database/database.ts';
import { recordOnce } from '#shared/database/idempotency.ts';
import type { Transact } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import type { Demand, Observation } from '../domain/price.ts';
import { type MarketObservation, MarketObservationEntity } from '../entities.ts';
import { plainText } from './text.ts';

/** Bookings of a region in the last 7 days and the 8 weeks before, in one statement. */
export async function demandIn(em: EntityManager, region: string, now: Date): Promise<Demand> {
  const [row] = await em.execute<{ last_week: string; before: string }[]>(
    `select count(*) filter (where created_at > ?::timestamptz - interval '7 days') as last_week,
            count(*) filter (where created_at <= ?::timestamptz - interval '7 days') as before
       from priced_shipment
      where origin_region = ? and created_at <= ?::timestamptz and created_at > ?::timestamptz - interval '63 days'`,
    [now, now, region, now, now],
  );
  return { region, lastWeek: Number(row?.last_week ?? 0), meanWeek: Number(row?.before ?? 0) / 8 };
}

/** The newest observation of each kind for this equipment. */
export async function latestObservations(
  em: EntityManager,
  equipment: Equipment,
): Promise<{ competitor: Observation | null; cost: Observation | null }> {
  const rows = await em.execute<{ kind: string; ratio: number; source: string; observed_at: Date }[]>(
    'select distinct on (kind) kind, ratio, source, observed_at from market_observation where equipment = ? order by kind, observed_at desc',
    [equipment],
  );
  const latest = (kind: string): Observation | null => {
    const row = rows.find((candidate) => candidate.kind === kind);
    return row ? { ratio: row.ratio, source: row.source, observedAt: new Date(row.observed_at) } : null;
  };
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
    plainText(input.source, 1, 80) ??
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
