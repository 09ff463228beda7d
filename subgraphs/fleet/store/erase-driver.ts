import { LockMode } from '@mikro-orm/core';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { Place } from '../domain/place.ts';
import { DriverEntity } from '../entities.ts';

/** Replaces the data of an erased person by a pseudonym. The driver's records stay, and refer to it. */
export async function eraseDriver(
  { em, audit }: Transaction,
  { accountId, name, at }: EventPayload<'account.erased'>,
): Promise<void> {
  const driver = await em.findOne(DriverEntity, { accountId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!driver || driver.name === name) return;
  Object.assign(driver, {
    name,
    nameKey: textKey(name),
    phone: 'erased',
    licenseNumber: 'erased',
    licenseKey: `erased ${driver.id}`,
    home: coarse(driver.home),
    active: false,
    deactivatedAt: driver.deactivatedAt ?? new Date(at),
    version: driver.version + 1,
  });
  await em.flush();
  const changes = ['name', 'phone', 'licenseNumber', 'home'].map((field) => ({ field, before: null, after: null }));
  audit({ action: 'DRIVER_UPDATED', target: { kind: 'Driver', id: driver.id }, changes, at: new Date(at) });
}

/** The region of a home, within about 50 km. */
function coarse(home: Place): Place {
  const { region, latitude, longitude } = home;
  return { ...home, hubCode: null, city: region, latitude: Math.round(latitude), longitude: Math.round(longitude) };
}
