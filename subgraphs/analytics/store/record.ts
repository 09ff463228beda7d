import { bulkInsert } from '#shared/database/bulk.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { businessMeasures, driverMeasures, type Fact } from '../domain/facts.ts';
import { foldFacts } from '../domain/fold.ts';
import { recordCarriages } from './carriages.ts';
import { addSums } from './sums.ts';

type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/**
 * Adds the facts of an event to the tables. Sums are added in the database, so that concurrent writers lose nothing.
 * The caller must ensure that each event is recorded once.
 */
export async function recordFacts(em: EntityManager, facts: readonly Fact[]): Promise<void> {
  const ofKind = <K extends Fact['kind']>(kind: K) => facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  const carried = await recordCarriages(em, ofKind('carriage'));
  const { company, organizations, drivers } = foldFacts([...facts, ...carried]);
  await addSums(em, 'company_day', { day: 'date' }, businessMeasures, company);
  await addSums(em, 'organization_day', { organizationId: 'uuid', day: 'date' }, businessMeasures, organizations);
  await addSums(em, 'driver_day', { driverId: 'uuid', day: 'date' }, driverMeasures, drivers);
  await recordCustomers(em, ofKind('customer'));
  await recordDriverChanges(em, ofKind('driverChange'));
}

async function recordCustomers(em: EntityManager, news: readonly FactOf<'customer'>[]): Promise<void> {
  const latest = new Map(news.map(({ organizationId, createdAt }) => [organizationId, createdAt]));
  const rows = [...latest].map(([organization_id, created_at]) => ({ organization_id, created_at }));
  await bulkInsert(
    em,
    'customer',
    rows,
    'on conflict (organization_id) do update set created_at = excluded.created_at',
  );
}

async function recordDriverChanges(em: EntityManager, news: readonly FactOf<'driverChange'>[]): Promise<void> {
  const latest = new Map(news.map((change) => [`${change.driverId} ${change.at}`, change]));
  const rows = [...latest.values()].map(({ driverId, at, active, hiredAt }) => ({
    driver_id: driverId,
    at,
    active,
    hired_at: hiredAt,
  }));
  const onConflict = 'on conflict (driver_id, at) do update set active = excluded.active, hired_at = excluded.hired_at';
  await bulkInsert(em, 'driver_change', rows, onConflict);
}
