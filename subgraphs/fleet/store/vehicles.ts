import type { AuditAction } from '#shared/audit/actions.ts';
import { changesTo } from '#shared/audit/changes.ts';
import type { AuditChange } from '#shared/audit/fact.ts';
import { hasValues } from '#shared/database/has-values.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refusingViolations } from '#shared/database/violations.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { refuse, type UserError } from '#shared/errors/errors.ts';
import { newId } from '#shared/ids.ts';
import { referenceKey } from '#shared/input/text-key.ts';
import type { RegisterVehicle, UpdateVehicle } from '../domain/vehicle-input.ts';
import { type Vehicle, VehicleEntity } from '../entities.ts';
import { activeAssignmentsOf } from './assignments.ts';
import { lockVehicle } from './records.ts';

const violations: Readonly<Record<string, UserError>> = {
  vehicle_plate_key: {
    code: 'PLATE_TAKEN',
    field: ['plate'],
    message: 'Another vehicle already has this plate.',
  },
};

export async function registerVehicle(transaction: Transaction, input: RegisterVehicle, now: Date): Promise<Vehicle> {
  const { em } = transaction;
  const id = newId(now.getTime());
  const { idempotencyKey: _key, homeBase, ...facts } = input;
  const vehicle = em.create(VehicleEntity, {
    ...facts,
    id,
    plateKey: referenceKey(input.plate),
    home: homeBase,
    active: true,
    retiredAt: null,
    version: 1,
    createdAt: now,
  });
  await refusingViolations(violations, () => em.flush());
  await emitChanged(transaction, vehicle, now);
  audit(transaction, vehicle, 'VEHICLE_REGISTERED', changesTo(auditedFacts(vehicle)), now);
  return vehicle;
}

export async function updateVehicle(transaction: Transaction, input: UpdateVehicle, now: Date): Promise<Vehicle> {
  const { em } = transaction;
  const vehicle = await lockVehicle(em, input.vehicleId);
  checkVersion(vehicle, input.expectedVersion);
  const maxWeightKg = input.maxWeightKg ?? vehicle.maxWeightKg;
  const maxVolumeM3 = input.maxVolumeM3 ?? vehicle.maxVolumeM3;
  const held = await activeAssignmentsOf(em, 'vehicle_id', vehicle.id);
  const tooLarge = held.find((load) => load.weightKg > maxWeightKg || load.volumeM3 > maxVolumeM3);
  if (tooLarge)
    refuse(
      'ACTIVE_ASSIGNMENTS',
      `${tooLarge.reference} (${tooLarge.weightKg} kg, ${tooLarge.volumeM3} m³) is assigned to this vehicle and would not fit. Unassign it first.`,
      tooLarge.weightKg > maxWeightKg ? 'maxWeightKg' : 'maxVolumeM3',
    );
  const newPlate = input.plate === vehicle.plate ? undefined : input.plate;
  const changed = {
    plate: input.plate ?? vehicle.plate,
    plateKey: newPlate === undefined ? vehicle.plateKey : referenceKey(newPlate),
    make: input.make ?? vehicle.make,
    modelYear: input.modelYear ?? vehicle.modelYear,
    maxWeightKg,
    maxVolumeM3,
    home: input.homeBase ?? vehicle.home,
  };
  if (hasValues(vehicle, changed)) return vehicle;
  const before = auditedFacts(vehicle);
  Object.assign(vehicle, changed, { version: vehicle.version + 1 });
  await refusingViolations(violations, () => em.flush());
  await emitChanged(transaction, vehicle, now);
  audit(transaction, vehicle, 'VEHICLE_UPDATED', changesTo(auditedFacts(vehicle), before), now);
  return vehicle;
}

export async function retireVehicle(
  transaction: Transaction,
  { vehicleId, expectedVersion }: { vehicleId: string; expectedVersion: number },
  now: Date,
): Promise<Vehicle> {
  const { em } = transaction;
  const vehicle = await lockVehicle(em, vehicleId);
  checkVersion(vehicle, expectedVersion);
  if (!vehicle.active) refuse('VEHICLE_RETIRED', `Vehicle ${vehicle.plate} is already retired.`, 'vehicleId');
  const held = await activeAssignmentsOf(em, 'vehicle_id', vehicle.id);
  if (held.length > 0)
    refuse(
      'ACTIVE_ASSIGNMENTS',
      `Vehicle ${vehicle.plate} still has active assignments (${held.length}). Complete or unassign them first.`,
      'vehicleId',
    );
  Object.assign(vehicle, { active: false, retiredAt: now, version: vehicle.version + 1 });
  await em.flush();
  await emitChanged(transaction, vehicle, now);
  audit(transaction, vehicle, 'VEHICLE_RETIRED', changesTo({ active: false }, { active: true }), now);
  return vehicle;
}

function auditedFacts({ plate, equipment, make, modelYear, maxWeightKg, maxVolumeM3, home }: Vehicle) {
  return { plate, equipment, make, modelYear, maxWeightKg, maxVolumeM3, home };
}

function audit(
  transaction: Transaction,
  { id }: Vehicle,
  action: AuditAction,
  changes: readonly AuditChange[],
  at: Date,
): void {
  transaction.audit({ action, target: { kind: 'Vehicle', id }, changes, at });
}

function emitChanged({ emit }: Transaction, { id, equipment, active, plate }: Vehicle, now: Date): Promise<void> {
  return emit('vehicle.changed', { vehicleId: id, equipment, active, plate, at: now.toISOString() });
}
