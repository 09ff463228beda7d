import { changesTo } from '#shared/audit/changes.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { isUuid, newId } from '#shared/ids.ts';
import type { ReportIncident } from '../domain/incident-input.ts';
import { type Incident, IncidentEntity, LoadEntity } from '../entities.ts';
import { lockDriver, lockVehicle } from './records.ts';
import { forfeit } from './rewards.ts';
import { recordChange } from './scores.ts';

export async function reportIncident(
  transaction: Transaction,
  caller: AccountIdentity,
  input: ReportIncident,
  now: Date,
): Promise<Incident> {
  const { em, emit } = transaction;
  const id = newId(now.getTime());
  const driver = await lockDriver(em, input.driverId);
  if (input.vehicleId != null) await lockVehicle(em, input.vehicleId);
  if (input.shipmentId != null) await checkShipment(transaction, input.shipmentId);
  const { kind, severity, description, occurredAt } = input;
  const incident = em.create(IncidentEntity, {
    id,
    driverId: driver.id,
    vehicleId: input.vehicleId ?? null,
    shipmentId: input.shipmentId ?? null,
    kind,
    severity,
    description,
    occurredAt,
    reportedByAccountId: caller.accountId,
    reportedAt: now,
  });
  await em.flush();
  await recordChange(transaction, driver.id, { incidents: 1 }, occurredAt);
  await forfeit(em, driver.id, {
    note: `Incident: ${kind.toLowerCase().replaceAll('_', ' ')}`,
    at: now,
    incidentId: id,
  });
  await emit('incident.reported', { incidentId: id, driverId: driver.id, severity, at: occurredAt.toISOString() });
  const changes = changesTo({
    driver: driver.id,
    vehicle: input.vehicleId,
    shipment: input.shipmentId,
    kind,
    severity,
    occurredAt,
  });
  transaction.audit({ action: 'INCIDENT_REPORTED', target: { kind: 'SafetyIncident', id }, changes, at: now });
  return incident;
}

async function checkShipment({ em }: Transaction, shipmentId: string): Promise<void> {
  const known = isUuid(shipmentId) && (await em.count(LoadEntity, { shipmentId })) > 0;
  if (!known) refuse('NOT_FOUND', 'There is no booked shipment with this id.', 'shipmentId');
}
