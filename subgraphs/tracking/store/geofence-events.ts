import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { hasId, isOneOf, type Sql, sql, within } from '#shared/database/sql.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { parseTimeRange, type TimeRange } from '#shared/input/time-range.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { GeofenceEvent } from '../entities.ts';
import { geofenceEventRows } from './rows.ts';
import { visibleGeofences } from './visibility.ts';

export interface GeofenceEventFilter {
  readonly geofenceId?: string | null;
  readonly vehicleId?: string | null;
  readonly kinds?: readonly GeofenceEvent['kind'][] | null;
  readonly occurred?: TimeRange | null;
  /** Deprecated, like those below. Each given one must hold, too. */
  readonly kind?: GeofenceEvent['kind'] | null;
  readonly occurredFrom?: Date | null;
  readonly occurredBefore?: Date | null;
}

const events: List<GeofenceEvent> = {
  rows: geofenceEventRows,
  from: sql`geofence_event t`,
  order: [
    { expression: 't.occurred_at', kind: 'time', property: 'occurredAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: true,
};

/** Crossings, newest first. Only staff see them. */
export function listGeofenceEvents(
  em: EntityManager,
  reach: Reach,
  filter: GeofenceEventFilter,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Pick<GeofenceEvent, 'id'>>> {
  const list = onlyColumns(events, columns, ['id']);
  return readPage(em, list, [visibleGeofences(reach), ...conditionsOf(filter)], pageOf(list, page));
}

function conditionsOf(filter: GeofenceEventFilter): Sql[] {
  const { geofenceId, vehicleId, kinds, occurred, kind, occurredFrom, occurredBefore } = filter;
  const conditions = [
    ...within('t.occurred_at', parseTimeRange('filter.occurred', occurred)),
    ...within('t.occurred_at', { from: occurredFrom, until: occurredBefore }),
  ];
  if (geofenceId != null) conditions.push(hasId('t.geofence_id', geofenceId));
  if (vehicleId != null) conditions.push(hasId('t.vehicle_id', vehicleId));
  if (kinds) conditions.push(isOneOf('t.kind', kinds));
  if (kind) conditions.push(sql`t.kind = ${kind}`);
  return conditions;
}
