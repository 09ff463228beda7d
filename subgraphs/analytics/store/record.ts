import { bulkInsert } from '#shared/bulk.ts';
import type { EntityManager } from '#shared/database.ts';
import { carriageFacts, merge, unknownCarriage } from '../domain/carriage.ts';
import { businessMeasures, driverMeasures, type Fact } from '../domain/facts.ts';
import { foldFacts } from '../domain/fold.ts';
import { type CarriageRow, lockCarriages, writeCarriages } from './carriages.ts';
import { columnOf } from './columns.ts';

type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/**
 * Adds facts to what is known: those of one event, or those of a whole history at once. Sums are added in the database,
 * so that writers at the same time lose nothing; whoever calls must see to it that each event comes here once.
 */
export async function recordFacts(em: EntityManager, facts: readonly Fact[]): Promise<void> {
  const ofKind = <K extends Fact['kind']>(kind: K) => facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  const carried = await recordCarriages(em, ofKind('carriage'));
  const { company, organizations, drivers } = foldFacts([...facts, ...carried]);
  await addRows(em, 'company_day', ['day'], businessMeasures, company);
  await addRows(em, 'organization_day', ['organizationId', 'day'], businessMeasures, organizations);
  await addRows(em, 'driver_day', ['driverId', 'day'], driverMeasures, drivers);
  await recordCustomers(em, ofKind('customer'));
  await recordDriverChanges(em, ofKind('driverChange'));
}

/** @returns what the news of these loads mean for their drivers' days */
async function recordCarriages(em: EntityManager, news: readonly FactOf<'carriage'>[]): Promise<Fact[]> {
  const byShipment = Map.groupBy(news, ({ shipmentId }) => shipmentId);
  const known = await lockCarriages(em, [...byShipment.keys()]);
  const facts: Fact[] = [];
  const rows: CarriageRow[] = [];
  for (const [shipmentId, ofShipment] of byShipment) {
    const before = known.get(shipmentId) ?? unknownCarriage;
    const after = ofShipment.reduce(merge, before);
    facts.push(...carriageFacts(before, after));
    rows.push({ shipmentId, ...after });
  }
  await writeCarriages(em, rows);
  return facts;
}

async function addRows(
  em: EntityManager,
  table: string,
  keys: readonly string[],
  measures: readonly string[],
  rows: readonly object[],
): Promise<void> {
  const sums = measures.map(columnOf).map((column) => `${column} = ${table}.${column} + excluded.${column}`);
  const onConflict = `on conflict (${keys.map(columnOf).join(', ')}) do update set ${sums.join(', ')}`;
  await bulkInsert(em, table, rows.map(toColumns), onConflict);
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
  const rows = [...latest.values()].map(({ kind: _kind, ...change }) => toColumns(change));
  const onConflict = 'on conflict (driver_id, at) do update set active = excluded.active, hired_at = excluded.hired_at';
  await bulkInsert(em, 'driver_change', rows, onConflict);
}

function toColumns(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [columnOf(name), value]));
}
