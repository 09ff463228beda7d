import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid } from '#shared/ids.ts';
import { type Driver, DriverEntity, type Vehicle, VehicleEntity } from '../entities.ts';

/*
 * Locks are always taken in this order: the states of loads, drivers, vehicles, and several of a kind by their ids. So
 * concurrent writers wait for each other instead of deadlocking.
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

/** The drivers and vehicles of pairs, locked until the commit: all drivers by id, then all vehicles by id. */
export async function lockPairs<P extends { readonly driverId: string; readonly vehicleId: string }>(
  em: EntityManager,
  pairs: readonly P[],
): Promise<(P & { readonly driver: Driver; readonly vehicle: Vehicle })[]> {
  const options = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true } as const;
  const idsOf = (name: 'driverId' | 'vehicleId') => ({ id: { $in: pairs.map((pair) => pair[name]) } });
  const drivers = new Map((await em.find(DriverEntity, idsOf('driverId'), options)).map((row) => [row.id, row]));
  const vehicles = new Map((await em.find(VehicleEntity, idsOf('vehicleId'), options)).map((row) => [row.id, row]));
  return pairs.map((pair) => {
    const driver = drivers.get(pair.driverId);
    const vehicle = vehicles.get(pair.vehicleId);
    if (!driver || !vehicle) throw new RangeError('drivers and vehicles are never deleted');
    return { ...pair, driver, vehicle };
  });
}
