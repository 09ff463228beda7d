import { byUuid, type Person, type PersonalLists, personalList } from '#shared/database/personal-lists.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import { CarriageEntity, DriverActivityEntity, DriverChangeEntity, DriverDayEntity } from '../entities.ts';

const ofDriver = ({ driverId }: Person): Sql => sql`t.driver_id = ${driverId}`;

/** What the analytics subgraph holds of a person. */
export const personalLists: PersonalLists = {
  days: personalList(DriverDayEntity, {
    order: [{ expression: 't.day::text', kind: 'text', property: 'day' }],
    of: ofDriver,
  }),
  changes: personalList(DriverChangeEntity, {
    order: [{ expression: 't.at', kind: 'time', property: 'at' }],
    of: ofDriver,
  }),
  activity: personalList(DriverActivityEntity, {
    order: byUuid('driverId', 't.driver_id'),
    of: ofDriver,
  }),
  carriages: personalList(CarriageEntity, {
    order: byUuid('shipmentId', 't.shipment_id'),
    of: ofDriver,
  }),
};
