import type { EntityManager } from '#shared/database/database.ts';
import { type List, pageOf, readPage } from '#shared/database/list.ts';
import { hasId, type Sql, sql } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { GeofenceEvent } from '../entities.ts';
import { geofenceEventRows } from './rows.ts';
import { visibleGeofences } from './visibility.ts';

export interface GeofenceEventFilter {
  readonly geofenceId?: string | null;
  readonly vehicleId?: string | null;
  readonly kind?: 'ENTER' | 'EXIT' | null;
  readonly occurredFrom?: Date | null;
  readonly occurredBefore?: Date | null;
}

const events: List<GeofenceEvent> = {
  rows: geofenceEventRows,
  from: sql`geofence_event t`,
  order: [
    { expression: 't.occurred_at', kind: 'time', read: ({ occurredAt }) => occurredAt.toISOString() },
    { expression: 't.id', kind: 'uuid', read: ({ id }) => id },
  ],
  descending: true,
};

/** Crossings, newest first. Only staff see them. */
export function listGeofenceEvents(
  em: EntityManager,
  reach: Reach,
  filter: GeofenceEventFilter,
  page: PageArguments,
): Promise<Connection<GeofenceEvent>> {
  return readPage(em, events, [visibleGeofences(reach), ...conditionsOf(filter)], pageOf(events, page));
}

function conditionsOf({ geofenceId, vehicleId, kind, occurredFrom, occurredBefore }: GeofenceEventFilter): Sql[] {
  const conditions: Sql[] = [];
  if (geofenceId != null) conditions.push(hasId('t.geofence_id', geofenceId));
  if (vehicleId != null) conditions.push(hasId('t.vehicle_id', vehicleId));
  if (kind) conditions.push(sql`t.kind = ${kind}`);
  if (occurredFrom) conditions.push(sql`t.occurred_at >= ${occurredFrom}`);
  if (occurredBefore) conditions.push(sql`t.occurred_at < ${occurredBefore}`);
  return conditions;
}
