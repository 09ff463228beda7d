import type { EntityManager } from '#shared/database/database.ts';
import { isUuid } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import { type GeofenceEvent, GeofenceEventEntity } from '../entities.ts';
import type { Visibility } from './visibility.ts';

export interface GeofenceEventFilter {
  readonly geofenceId?: string | null;
  readonly vehicleId?: string | null;
  readonly kind?: 'ENTER' | 'EXIT' | null;
  readonly occurredFrom?: Date | null;
  readonly occurredBefore?: Date | null;
}

/** Crossings, newest first; only staff see them. */
export async function listGeofenceEvents(
  em: EntityManager,
  visibility: Visibility,
  filter: GeofenceEventFilter,
  page: PageArguments,
): Promise<Connection<GeofenceEvent>> {
  const request = parsePage(page, [cursorParts.time, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(request, 'occurredAt', 'desc');
  const matching = visibility.kind === 'ALL' ? conditionOf(filter) : { id: { $in: [] } };
  const rows = await em.find(GeofenceEventEntity, { $and: [matching, beyond] }, { orderBy, limit: request.limit });
  return toConnection(request, rows, {
    cursor: (event) => [event.occurredAt.toISOString(), event.id],
    node: (event) => event,
    count: () => em.count(GeofenceEventEntity, matching),
  });
}

function conditionOf({ geofenceId, vehicleId, kind, occurredFrom, occurredBefore }: GeofenceEventFilter): object {
  return {
    $and: [
      geofenceId ? { geofenceId: isUuid(geofenceId) ? geofenceId : { $in: [] } } : {},
      vehicleId ? { vehicleId: isUuid(vehicleId) ? vehicleId : { $in: [] } } : {},
      kind ? { kind } : {},
      occurredFrom ? { occurredAt: { $gte: occurredFrom } } : {},
      occurredBefore ? { occurredAt: { $lt: occurredBefore } } : {},
    ],
  };
}
