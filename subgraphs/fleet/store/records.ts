import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import { type Driver, DriverEntity, type Vehicle, VehicleEntity } from '../entities.ts';

/*
 * Locks are always taken in this order: the state of the load, the driver, the vehicle. So concurrent writers wait for
 * each other instead of deadlocking.
 */

/** The driver of a mutation, locked until its commit. Refuses with NOT_FOUND. */
export async function lockDriver(em: EntityManager, id: string, field = 'driverId'): Promise<Driver> {
  const driver = isUuid(id) ? await em.findOne(DriverEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
  return driver ?? refuse('NOT_FOUND', 'There is no driver with this id.', field);
}

/** The vehicle of a mutation, locked until its commit. Refuses with NOT_FOUND. */
export async function lockVehicle(em: EntityManager, id: string, field = 'vehicleId'): Promise<Vehicle> {
  const vehicle = isUuid(id) ? await em.findOne(VehicleEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null;
  return vehicle ?? refuse('NOT_FOUND', 'There is no vehicle with this id.', field);
}

/** True if the record has all these values already, so that an update has nothing to change. */
export function hasValues<R extends object, V extends Partial<R>>(record: R, values: V): boolean {
  const current = new Map<string, unknown>(Object.entries(record));
  return Object.entries(values).every(([name, value]) => isDeepStrictEqual(current.get(name), value));
}
