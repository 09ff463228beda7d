import { changesTo } from '#shared/audit/changes.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refusingViolations } from '#shared/database/violations.ts';
import { refuse, type UserError } from '#shared/errors/errors.ts';
import { type AccountIdentity, hasScope } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { driverOf } from '../domain/visibility.ts';
import { type Shift, ShiftEntity } from '../entities.ts';
import { lockDriver, lockVehicle } from './records.ts';

const violations: Readonly<Record<string, UserError>> = {
  shift_one_open_per_driver: {
    code: 'SHIFT_OPEN',
    field: ['driverId'],
    message: 'This driver is already on a shift.',
  },
};

export async function startShift(
  { em, audit }: Transaction,
  caller: AccountIdentity,
  { driverId, vehicleId }: { driverId: string; vehicleId?: string | null },
  now: Date,
): Promise<Shift> {
  checkOwn(caller, driverId);
  const driver = await lockDriver(em, driverId);
  if (!driver.active) refuse('DRIVER_INACTIVE', `${driver.name} is inactive and can't start a shift.`, 'driverId');
  if (vehicleId != null) {
    const vehicle = await lockVehicle(em, vehicleId);
    if (!vehicle.active)
      refuse('VEHICLE_RETIRED', `Vehicle ${vehicle.plate} is retired. Choose a vehicle in service.`, 'vehicleId');
  }
  const shift = em.create(ShiftEntity, {
    id: newId(now.getTime()),
    driverId: driver.id,
    vehicleId: vehicleId ?? null,
    startedAt: now,
    endedAt: null,
  });
  await refusingViolations(violations, () => em.flush());
  const changes = changesTo({ driver: driver.id, vehicle: shift.vehicleId });
  audit({ action: 'SHIFT_STARTED', target: { kind: 'Shift', id: shift.id }, changes, at: now });
  return shift;
}

export async function endShift(
  { em, emit, audit }: Transaction,
  caller: AccountIdentity,
  { driverId }: { driverId: string },
  now: Date,
): Promise<Shift> {
  checkOwn(caller, driverId);
  const driver = await lockDriver(em, driverId);
  const shift = await em.findOne(ShiftEntity, { driverId: driver.id, endedAt: null });
  if (!shift) return refuse('NOT_ON_SHIFT', `${driver.name} is not on a shift. Start a shift first.`, 'driverId');
  // A shift that started in this same millisecond lasts one.
  shift.endedAt = new Date(Math.max(now.getTime(), shift.startedAt.getTime() + 1));
  await em.flush();
  await emit('shift.ended', {
    shiftId: shift.id,
    driverId: driver.id,
    startedAt: shift.startedAt.toISOString(),
    endedAt: shift.endedAt.toISOString(),
  });
  const changes = changesTo({ endedAt: shift.endedAt });
  audit({ action: 'SHIFT_ENDED', target: { kind: 'Shift', id: shift.id }, changes, at: now });
  return shift;
}

/** Drivers start and end only their own shifts, dispatchers all. A driver gets NOT_FOUND for the shifts of another driver. */
function checkOwn(caller: AccountIdentity, driverId: string): void {
  if (hasScope(caller, 'fleet:write') || driverOf(caller) === driverId) return;
  refuse('NOT_FOUND', 'Drivers start and end only their own shifts. Omit the id of the driver.', 'driverId');
}
