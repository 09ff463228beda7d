import type { AuditAction } from '#shared/audit/actions.ts';
import { changesTo } from '#shared/audit/changes.ts';
import type { AuditChange } from '#shared/audit/fact.ts';
import { claimIndex } from '#shared/database/blind-index.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { hasValues } from '#shared/database/has-values.ts';
import { blindIndexOf } from '#shared/database/sealed-column.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refusingViolations } from '#shared/database/violations.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { Refusal, refuse, type UserError } from '#shared/errors/errors.ts';
import type { ChangeOrigin } from '#shared/events/topics.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { Equipment } from '#shared/vocabulary.ts';
import type { RegisterDriver, UpdateDriver } from '../domain/driver-input.ts';
import { type LicenseClass, licenseAllows } from '../domain/license.ts';
import { type Driver, DriverEntity, driverLicense, ShiftEntity } from '../entities.ts';
import { activeAssignmentsOf } from './assignments.ts';
import { lockDriver, lockVehicle } from './records.ts';

const violations = {
  driver_license_key: {
    code: 'LICENSE_TAKEN',
    field: ['licenseNumber'],
    message: 'Another driver already has this licence number.',
  },
  driver_account_id_key: {
    code: 'ACCOUNT_TAKEN',
    field: ['accountId'],
    message: 'Another driver already has this account.',
  },
} satisfies Readonly<Record<string, UserError>>;

/** @throws Refusal if another driver has this licence number */
async function claimLicense(em: EntityManager, licenseNumber: string, driverId: string): Promise<void> {
  if (!(await claimIndex(em, driverLicense, licenseNumber, driverId))) throw new Refusal(violations.driver_license_key);
}

export async function registerDriver(
  transaction: Transaction,
  by: ChangeOrigin,
  input: RegisterDriver,
  now: Date,
): Promise<Driver> {
  const { em } = transaction;
  const id = newId(now.getTime());
  checkLicense(input.licenseClasses, input.equipment);
  checkAccountId(input.accountId);
  if (input.usualVehicleId != null) await lockVehicle(em, input.usualVehicleId, 'usualVehicleId');
  await claimLicense(em, input.licenseNumber, id);
  const driver = em.create(DriverEntity, {
    id,
    accountId: input.accountId ?? null,
    name: input.name,
    nameKey: textKey(input.name),
    phone: input.phone,
    licenseNumber: input.licenseNumber,
    licenseKey: blindIndexOf(em, driverLicense, input.licenseNumber),
    licenseClasses: input.licenseClasses,
    equipment: input.equipment,
    home: input.homeBase,
    usualVehicleId: input.usualVehicleId ?? null,
    hiredAt: input.hiredAt ?? now,
    active: true,
    deactivatedAt: null,
    version: 1,
    createdAt: now,
  });
  await refusingViolations(violations, () => em.flush());
  await emitChanged(transaction, driver, by, now);
  audit(transaction, driver, 'DRIVER_REGISTERED', changesTo(auditedFacts(driver), {}, personal), now);
  return driver;
}

export async function updateDriver(
  transaction: Transaction,
  by: ChangeOrigin,
  input: UpdateDriver,
  now: Date,
): Promise<Driver> {
  const { em } = transaction;
  const driver = await lockDriver(em, input.driverId);
  checkVersion(driver, input.expectedVersion);
  checkLicense(input.licenseClasses ?? driver.licenseClasses, input.equipment ?? driver.equipment);
  checkAccountId(input.accountId);
  if (input.equipment) await checkCarried(em, driver, input.equipment);
  if (input.usualVehicleId != null) await lockVehicle(em, input.usualVehicleId, 'usualVehicleId');
  const { name, phone, licenseNumber, licenseKey, licenseClasses, equipment } = driver;
  const newLicense = input.licenseNumber === licenseNumber ? undefined : input.licenseNumber;
  if (newLicense !== undefined) await claimLicense(em, newLicense, driver.id);
  const changed = {
    name: input.name ?? name,
    nameKey: textKey(input.name ?? name),
    phone: input.phone ?? phone,
    licenseNumber: input.licenseNumber ?? licenseNumber,
    licenseKey: newLicense === undefined ? licenseKey : blindIndexOf(em, driverLicense, newLicense),
    licenseClasses: input.licenseClasses ?? licenseClasses,
    equipment: input.equipment ?? equipment,
    home: input.homeBase ?? driver.home,
    accountId: input.accountId === undefined ? driver.accountId : input.accountId,
    usualVehicleId: input.usualVehicleId === undefined ? driver.usualVehicleId : input.usualVehicleId,
  };
  if (hasValues(driver, changed)) return driver;
  const before = auditedFacts(driver);
  Object.assign(driver, changed, { version: driver.version + 1 });
  await refusingViolations(violations, () => em.flush());
  await emitChanged(transaction, driver, by, now);
  audit(transaction, driver, 'DRIVER_UPDATED', changesTo(auditedFacts(driver), before, personal), now);
  return driver;
}

export async function deactivateDriver(
  transaction: Transaction,
  by: ChangeOrigin,
  { driverId, expectedVersion }: { driverId: string; expectedVersion: number },
  now: Date,
): Promise<Driver> {
  const { em } = transaction;
  const driver = await lockDriver(em, driverId);
  checkVersion(driver, expectedVersion);
  if (!driver.active) refuse('DRIVER_INACTIVE', `${driver.name} is already inactive.`, 'driverId');
  const held = await activeAssignmentsOf(em, 'driver_id', driver.id);
  if (held.length > 0)
    refuse(
      'ACTIVE_ASSIGNMENTS',
      `${driver.name} still has active assignments (${held.length}). Complete or unassign them first.`,
      'driverId',
    );
  if (await em.findOne(ShiftEntity, { driverId: driver.id, endedAt: null }))
    refuse('ON_SHIFT', `${driver.name} is on a shift. End the shift first.`, 'driverId');
  Object.assign(driver, { active: false, deactivatedAt: now, version: driver.version + 1 });
  await em.flush();
  await emitChanged(transaction, driver, by, now);
  audit(transaction, driver, 'DRIVER_DEACTIVATED', changesTo({ active: false }, { active: true }), now);
  return driver;
}

/** Fields of which the audit trail has only the names. */
const personal = ['name', 'phone', 'licenseNumber', 'home'];

function auditedFacts({ name, phone, licenseNumber, licenseClasses, equipment, home, ...driver }: Driver) {
  const { accountId, usualVehicleId } = driver;
  return { name, phone, licenseNumber, licenseClasses, equipment, home, accountId, usualVehicleId };
}

function audit(
  transaction: Transaction,
  { id }: Driver,
  action: AuditAction,
  changes: readonly AuditChange[],
  at: Date,
): void {
  transaction.audit({ action, target: { kind: 'Driver', id }, changes, at });
}

function checkLicense(classes: readonly LicenseClass[], equipment: readonly Equipment[]): void {
  const missing = equipment.filter((kind) => !licenseAllows(classes, kind));
  if (missing.length > 0)
    refuse(
      'LICENSE_REQUIRED',
      `The licence classes ${classes.join(', ')} do not allow ${missing.join(', ')}. Add a class that does.`,
      'licenseClasses',
    );
}

function checkAccountId(accountId: string | null | undefined): void {
  if (accountId != null && !isUuid(accountId)) refuse('NOT_FOUND', 'There is no account with this id.', 'accountId');
}

/** Refuses to remove training that an active assignment of the driver needs. */
async function checkCarried(em: EntityManager, driver: Driver, equipment: readonly Equipment[]): Promise<void> {
  const held = await activeAssignmentsOf(em, 'driver_id', driver.id);
  const lost = held.find((assignment) => !equipment.includes(assignment.equipment));
  if (lost)
    refuse(
      'ACTIVE_ASSIGNMENTS',
      `${driver.name} is assigned to ${lost.reference}, which needs ${lost.equipment}. Keep it or unassign the shipment first.`,
      'equipment',
    );
}

function emitChanged(
  { emit }: Transaction,
  { id, accountId, active, hiredAt }: Driver,
  by: ChangeOrigin,
  now: Date,
): Promise<void> {
  return emit('driver.changed', {
    driverId: id,
    accountId: accountId ?? null,
    active,
    hiredAt: hiredAt.toISOString(),
    at: now.toISOString(),
    by,
  });
}
