import {
  byUuid,
  type Person,
  type PersonalLists,
  personalList,
  personalRows,
} from '#shared/database/personal-lists.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import type { Position } from '../domain/position.ts';
import { GeofenceEventEntity } from '../entities.ts';
import { positionRows } from './rows.ts';

const ofDriver = ({ driverId }: Person): Sql => sql`t.driver_id = ${driverId}`;

/** What the tracking subgraph holds of a person. */
export const personalLists: PersonalLists = {
  positions: personalRows<Position>(positionRows, 'position_history', {
    order: [
      { expression: 't.recorded_at', kind: 'time', property: 'recordedAt' },
      { expression: 't.vehicle_id', kind: 'uuid', property: 'vehicleId' },
    ],
    of: ofDriver,
  }),
  crossings: personalList(GeofenceEventEntity, { order: byUuid('id'), of: ofDriver }),
};
