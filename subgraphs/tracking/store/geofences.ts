import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { hasValues } from '#shared/database/has-values.ts';
import { keyContains } from '#shared/database/key-contains.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import type { Columns } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import { toRectangles, toZone } from '../domain/area.ts';
import type { CreateGeofence, ExpectedGeofence, UpdateGeofence } from '../domain/geofence-input.ts';
import { type Geofence, GeofenceEntity } from '../entities.ts';
import { ownGeofences } from './geofence-lock.ts';
import { geofenceRows } from './rows.ts';
import { visibleGeofences } from './visibility.ts';

/** Creates a geofence. */
export async function createGeofence(
  { em, audit }: Transaction,
  { name, area, hysteresisMeters }: CreateGeofence,
  now: Date,
): Promise<Geofence> {
  await ownGeofences(em);
  const geofence = em.create(GeofenceEntity, {
    id: newId(now.getTime()),
    name,
    nameKey: textKey(name),
    area,
    hysteresisMeters,
    version: 1,
    createdAt: now,
    updatedAt: now,
  });
  await em.flush();
  await storePresences(em, geofence, now);
  const changes = changesTo({ name, area, hysteresisMeters });
  audit({ action: 'GEOFENCE_CREATED', target: { kind: 'Geofence', id: geofence.id }, changes, at: now });
  return geofence;
}

/** Finds the geofence of a repeated call. Refusal: NOT_FOUND (it was deleted). */
export async function findCreated(em: EntityManager, id: string): Promise<Geofence> {
  const geofence = await em.findOne(GeofenceEntity, id);
  return (
    geofence ?? refuse('NOT_FOUND', 'The geofence created with this key was deleted. Use a new key.', 'idempotencyKey')
  );
}

/**
 * Changes the given fields, or nothing if it has these values already. Vehicles inside the new area make no event, because they did not move.
 * Refusals: NOT_FOUND, CONFLICT.
 */
export async function updateGeofence({ em, audit }: Transaction, input: UpdateGeofence, now: Date): Promise<Geofence> {
  const geofence = await ownGeofence(em, input);
  const { name, area, hysteresisMeters } = input;
  const given = {
    ...(name != null && { name, nameKey: textKey(name) }),
    ...(area != null && { area }),
    ...(hysteresisMeters != null && { hysteresisMeters }),
  };
  if (hasValues(geofence, given)) return geofence;
  const moved = area != null && !hasValues(geofence, { area });
  const changes = changesTo(auditedFacts({ ...geofence, ...given }), auditedFacts(geofence));
  em.assign(geofence, { ...given, version: geofence.version + 1, updatedAt: now });
  await em.flush();
  if (moved) await storePresences(em, geofence, now);
  audit({ action: 'GEOFENCE_UPDATED', target: { kind: 'Geofence', id: geofence.id }, changes, at: now });
  return geofence;
}

/** Deletes a geofence. Its events stay, with its name. Refusals: NOT_FOUND, CONFLICT. */
export async function deleteGeofence(
  { em, audit }: Transaction,
  expected: ExpectedGeofence,
  now: Date,
): Promise<Geofence> {
  const geofence = await ownGeofence(em, expected);
  await em.nativeDelete(GeofenceEntity, { id: geofence.id });
  const changes = changesTo({ name: null, area: null, hysteresisMeters: null }, auditedFacts(geofence));
  audit({ action: 'GEOFENCE_DELETED', target: { kind: 'Geofence', id: geofence.id }, changes, at: now });
  return geofence;
}

function auditedFacts({ name, area, hysteresisMeters }: Pick<Geofence, 'name' | 'area' | 'hysteresisMeters'>) {
  return { name, area, hysteresisMeters };
}

async function ownGeofence(em: EntityManager, { geofenceId, expectedVersion }: ExpectedGeofence): Promise<Geofence> {
  await ownGeofences(em);
  const geofence = isUuid(geofenceId) ? await em.findOne(GeofenceEntity, geofenceId) : null;
  if (!geofence) return refuse('NOT_FOUND', 'There is no geofence with this id.', 'geofenceId');
  checkVersion(geofence, expectedVersion);
  return geofence;
}

/** Stores the bounds of an area, and which vehicles are inside it now. */
async function storePresences(em: EntityManager, { id, area }: Geofence, now: Date): Promise<void> {
  const { bounds, contains } = toZone(area);
  await query(em, sql`delete from geofence_area where geofence_id = ${id}`);
  await query(em, sql`delete from geofence_presence where geofence_id = ${id}`);
  await query(
    em,
    sql`insert into geofence_area (geofence_id, bounds) select ${id}, box(point(west, south), point(east, north))
      from json_to_recordset(${JSON.stringify(toRectangles(bounds))}::json)
        as given (south float8, west float8, north float8, east float8)`,
  );
  const near = await query<{ vehicleId: string; latitude: number; longitude: number }>(
    em,
    sql`select distinct p.vehicle_id as "vehicleId", p.latitude, p.longitude from vehicle_position p
      join geofence_area a on a.geofence_id = ${id} and a.bounds @> point(p.longitude, p.latitude)`,
  );
  const inside = near.filter(contains).map(({ vehicleId }) => vehicleId);
  if (inside.length > 0)
    await query(
      em,
      sql`insert into geofence_presence (vehicle_id, geofence_id, since)
        select vehicle_id, ${id}, ${now}::timestamptz from unnest(${inside}::uuid[]) as given (vehicle_id)`,
    );
}

const geofences: List<Geofence> = {
  rows: geofenceRows,
  from: sql`geofence t`,
  order: [
    { expression: 't.name_key', kind: 'text', property: 'nameKey' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: false,
};

/** Geofences in the order of their names. Only staff see them. */
export function listGeofences(
  em: EntityManager,
  reach: Reach,
  searches: readonly string[],
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<Geofence, 'id'>>> {
  const list = onlyColumns(geofences, columns, ['id']);
  const where = [visibleGeofences(reach), ...searches.map((search) => keyContains('t.name_key', search))];
  return readPage(em, list, where, pageOf(list, page));
}
