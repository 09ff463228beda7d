import { always, type Sql } from '#shared/database/sql.ts';
import {
  currency,
  type Fact,
  type FactEventName,
  type FactPayload,
  toFacts,
} from '../../subgraphs/analytics/domain/facts.ts';
import { activityOf, keepingFleetDays } from '../../subgraphs/analytics/store/activity.ts';
import { columnOf } from '../../subgraphs/analytics/store/columns.ts';
import { fleetDays } from '../../subgraphs/analytics/store/fleet-days.ts';
import type { TableRow } from '../seeding/copy-rows.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { Invoice, Shipment, World } from '../world.ts';
import { historyOf } from './analytics/history.ts';

/** Counts the history of the demo world as the events that it would have sent, by the rules for live events. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  const { company, organizations, drivers, carriages, customers, driverChanges } = historyOf(factsOfWorld(world));
  await tables.execute(`select ${keepingFleetDays.text}`);
  await tables.copy('company_day', rowsOf(company));
  await tables.copy('organization_day', rowsOf(organizations));
  await tables.copy('driver_day', rowsOf(drivers));
  await tables.copy('carriage', rowsOf([...carriages].map(([shipmentId, carriage]) => ({ shipmentId, ...carriage }))));
  await tables.copy(
    'customer',
    rowsOf(customers.map(({ organizationId, createdAt }) => ({ organizationId, createdAt }))),
  );
  await tables.copy(
    'driver_change',
    rowsOf(driverChanges.map(({ driverId, at, active, hiredAt }) => ({ driverId, at, active, hiredAt }))),
  );
  await fill(tables, 'driver_activity', 'driver_id, hired_on, active', activityOf(always));
  await fill(tables, 'fleet_day', 'day, hired, activated, busy', fleetDays(always, always));
}

/** Fills a table with the rows of a statement, and collects its statistics for the query planner. */
async function fill(tables: SeedWriter, table: string, columns: string, { text, values }: Sql): Promise<void> {
  await tables.execute(`insert into ${table} (${columns}) ${text}`, values);
  await tables.execute(`analyze ${table}`);
}

/** Records of one kind with the column names of the database. */
function rowsOf<R extends object>(records: readonly R[]): Iterable<TableRow> {
  const names = Object.keys(records[0] ?? {}) as (keyof R & string)[]; // All records have the properties of the first.
  const columns = names.map(columnOf);
  return records
    .values()
    .map((record) => Object.fromEntries(names.map((name, index) => [columns[index], record[name]])));
}

type Tell = <N extends FactEventName>(name: N, payload: FactPayload<N>) => void;

function factsOfWorld({ organizations, drivers, shipments }: World): Fact[] {
  const facts: Fact[] = [];
  const tell: Tell = (name, payload) => void facts.push(...toFacts(name, payload));
  for (const { id: organizationId, createdAt } of organizations) {
    tell('organization.changed', { organizationId, createdAt: createdAt.toISOString() });
  }
  for (const { id: driverId, hiredAt } of drivers) {
    const at = hiredAt.toISOString();
    tell('driver.changed', { driverId, active: true, hiredAt: at, at });
  }
  for (const shipment of shipments) {
    tellJourney(shipment, tell);
    tellRating(shipment, tell);
    if (shipment.invoice) tellInvoice(shipment, shipment.invoice, tell);
  }
  return facts;
}

function tellJourney(shipment: Shipment, tell: Tell): void {
  const { id: shipmentId, organizationId, assignment, distanceMeters, pickedUpAt, deliveredAt, onTime } = shipment;
  const driverId = assignment?.driverId ?? null;
  const createdAt = shipment.createdAt.toISOString();
  tell('shipment.created', { organizationId, createdAt });
  if (pickedUpAt) tell('shipment.pickedUp', { shipmentId, driverId, at: pickedUpAt.toISOString() });
  if (pickedUpAt && deliveredAt) {
    const [at, pickup] = [deliveredAt.toISOString(), pickedUpAt.toISOString()];
    const carried = { onTime: onTime === true, pickedUpAt: pickup, createdAt, distanceMeters };
    tell('shipment.delivered', { shipmentId, organizationId, driverId, at, ...carried });
  }
  if (shipment.status === 'CANCELLED') {
    tell('shipment.cancelled', { shipmentId, organizationId, driverId, at: shipment.statusChangedAt.toISOString() });
  }
}

function tellRating({ organizationId, assignment, rating }: Shipment, tell: Tell): void {
  if (!rating) return;
  const driverId = assignment?.driverId ?? null;
  tell('shipment.rated', { organizationId, driverId, stars: rating.stars, at: rating.ratedAt.toISOString() });
}

function tellInvoice({ organizationId, carryingCostCents }: Shipment, invoice: Invoice, tell: Tell): void {
  const { amountCents, issuedAt, payments } = invoice;
  const costCents = carryingCostCents ?? 0;
  tell('invoice.issued', { organizationId, amountCents, costCents, currency, at: issuedAt.toISOString() });
  for (const { amountCents: paid, paidAt } of payments) {
    tell('payment.recorded', { organizationId, amountCents: paid, currency, at: paidAt.toISOString() });
  }
}
