import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { type KeyedCall, recordOnce } from '#shared/database/idempotency.ts';
import type { Transact } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import { type Area, rectanglesOf, zoneOf } from '../domain/area.ts';
import { type Geofence, GeofenceEntity } from '../entities.ts';
import { ownGeofences } from './geofence-lock.ts';
import { jsonRows } from './sql.ts';
import type { Visibility } from './visibility.ts';

export interface NewGeofence {
  readonly name: string;
  readonly area: Area;
  readonly hysteresisMeters: number;
}

/**
 * Creates a geofence once per account and key: the same request again answers with the same geofence.
 * Refusals: IDEMPOTENCY_KEY_REUSED, NOT_FOUND (it was deleted since).
 */
export function createGeofence(
  transact: Transact,
  { accountId, key }: Pick<KeyedCall, 'accountId' | 'key'>,
  wanted: NewGeofence,
  now: Date,
): Promise<Geofence> {
  return transact(async (transaction) => {
    const { em } = transaction;
    await ownGeofences(em);
    const create = async (): Promise<Geofence> => {
      const id = newId(now.getTime());
      const geofence = em.create(GeofenceEntity, { id, ...wanted, version: 1, createdAt: now, updatedAt: now });
      await em.flush();
      await settle(em, geofence, now);
      return geofence;
    };
    const find = async (id: string): Promise<Geofence> =>
      (await em.findOne(GeofenceEntity, id)) ??
      refuse('NOT_FOUND', 'The geofence created with this key was deleted. Use a new key.', 'idempotencyKey');
    return recordOnce(transaction, { accountId, mutation: 'createGeofence', key, input: wanted }, create, find);
  });
}

export type Changed =
  | { readonly kind: 'CHANGED'; readonly geofence: Geofence }
  | { readonly kind: 'CONFLICT'; readonly geofence: Geofence };

/** Changes what is given. Who is inside the new area is inside it without an event: nobody drove. Refusal: NOT_FOUND. */
export function updateGeofence(
  transact: Transact,
  id: string,
  expectedVersion: number,
  changes: Partial<NewGeofence>,
  now: Date,
): Promise<Changed> {
  return transact(async ({ em }) => {
    await ownGeofences(em);
    const geofence = await existing(em, id);
    if (geofence.version !== expectedVersion) return { kind: 'CONFLICT', geofence };
    em.assign(geofence, { ...changes, version: geofence.version + 1, updatedAt: now });
    await em.flush();
    if (changes.area) await settle(em, geofence, now);
    return { kind: 'CHANGED', geofence };
  });
}

/** Deletes a geofence; its events stay under its name. Refusal: NOT_FOUND. */
export function deleteGeofence(transact: Transact, id: string, expectedVersion: number): Promise<Changed> {
  return transact(async ({ em }) => {
    await ownGeofences(em);
    const geofence = await existing(em, id);
    if (geofence.version !== expectedVersion) return { kind: 'CONFLICT', geofence };
    await em.nativeDelete(GeofenceEntity, { id: geofence.id });
    return { kind: 'CHANGED', geofence };
  });
}

async function existing(em: EntityManager, id: string): Promise<Geofence> {
  const geofence = isUuid(id) ? await em.findOne(GeofenceEntity, id) : null;
  return geofence ?? refuse('NOT_FOUND', 'There is no geofence with this id.', 'id');
}

/** Writes the bounds of an area, and which vehicles are inside it now. */
async function settle(em: EntityManager, { id, area }: Geofence, now: Date): Promise<void> {
  const { bounds, contains } = zoneOf(area);
  const boxes = rectanglesOf(bounds);
  await em.execute('delete from geofence_area where geofence_id = ?', [id]);
  await em.execute('delete from geofence_presence where geofence_id = ?', [id]);
  await em.execute(
    `insert into geofence_area (geofence_id, bounds) select ?, box(point(west, south), point(east, north))
     from json_to_recordset(?::json) as given(south float8, west float8, north float8, east float8)`,
    [id, jsonRows(boxes)],
  );
  const near = await em.execute<{ vehicle_id: string; latitude: number; longitude: number }[]>(
    `select distinct p.vehicle_id, p.latitude, p.longitude from vehicle_position p
     join geofence_area a on a.geofence_id = ? and a.bounds @> point(p.longitude, p.latitude)`,
    [id],
  );
  const inside = near.filter(contains).map((row) => ({ vehicle_id: row.vehicle_id }));
  if (inside.length > 0)
    await em.execute(
      `insert into geofence_presence (vehicle_id, geofence_id, since)
       select vehicle_id, ?, ?::timestamptz from json_to_recordset(?::json) as given(vehicle_id uuid)`,
      [id, now, jsonRows(inside)],
    );
}

/** Geofences in the order of their names; only staff see them. */
export async function listGeofences(
  em: EntityManager,
  visibility: Visibility,
  search: string | null,
  page: PageArguments,
): Promise<Connection<Geofence>> {
  const request = parsePage(page, [cursorParts.text, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(request, 'name', 'asc');
  const matching: FilterQuery<Geofence> = {
    $and: [
      visibility.kind === 'ALL' ? {} : { id: { $in: [] } },
      search ? { name: { $ilike: `%${search.replace(/[\\%_]/g, '\\$&')}%` } } : {},
    ],
  };
  const rows = await em.find(GeofenceEntity, { $and: [matching, beyond] }, { orderBy, limit: request.limit });
  return toConnection(request, rows, {
    cursor: (geofence) => [geofence.name, geofence.id],
    node: (geofence) => geofence,
    count: () => em.count(GeofenceEntity, matching),
  });
}
