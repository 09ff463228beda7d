import { type Connection, type CursorValue, type PageArguments, parsePage, toConnection } from '#shared/connection.ts';
import type { EntityManager } from '#shared/database.ts';
import { GraphError } from '#shared/errors.ts';
import { isUuid } from '#shared/ids.ts';
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
  const request = parsePage(page, 2);
  const matching = visibility.kind === 'ALL' ? conditionOf(filter) : { id: { $in: [] } };
  const forward = request.direction === 'forward';
  const order = forward ? 'desc' : 'asc';
  const rows = await em.find(
    GeofenceEventEntity,
    { $and: [matching, beyond(request.position, forward)] },
    { orderBy: { occurredAt: order, id: order }, limit: request.limit },
  );
  return toConnection(request, rows, {
    cursor: (event) => [event.occurredAt.getTime(), event.id],
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

function beyond(position: readonly CursorValue[] | null, forward: boolean): object {
  if (!position) return {};
  const [at, id] = position;
  const time = new Date(typeof at === 'number' ? at : Number.NaN);
  if (Number.isNaN(time.getTime()) || typeof id !== 'string' || !isUuid(id))
    throw new GraphError('BAD_USER_INPUT', 'A cursor of this list is required; got another text.');
  const side = forward ? '$lt' : '$gt';
  return { $or: [{ occurredAt: { [side]: time } }, { occurredAt: time, id: { [side]: id } }] };
}
