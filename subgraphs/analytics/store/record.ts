import { bulkInsert } from '#shared/database/bulk.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { businessMeasures, type Fact, type FactOf } from '../domain/facts.ts';
import { foldFacts } from '../domain/fold.ts';
import { recordCarriages } from './carriages.ts';
import { recordDrivers } from './record-drivers.ts';
import { addSums } from './sums.ts';

/**
 * Adds the facts of an event to the tables. Sums are added in the database, so that concurrent writers lose nothing.
 * The caller must ensure that each event is recorded once. All writers lock tables and rows in the same order.
 */
export async function recordFacts(em: EntityManager, facts: readonly Fact[]): Promise<void> {
  const ofKind = <K extends Fact['kind']>(kind: K) => facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  const carried = await recordCarriages(em, ofKind('carriage'));
  const { company, organizations, drivers } = foldFacts([...facts, ...carried]);
  await recordDrivers(em, drivers, ofKind('driverChange'));
  await addSums(em, 'organization_day', { organizationId: 'uuid', day: 'date' }, businessMeasures, organizations);
  await addSums(em, 'company_day', { day: 'date' }, businessMeasures, company);
  await recordCustomers(em, ofKind('customer'));
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
