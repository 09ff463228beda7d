import { chore, days, type Retention, stays } from '#shared/database/retention.ts';

/** Days for which tracking keeps where drivers were. */
export const daysOfPositions = 400;

const old = chore('deleteOldPositions', `${daysOfPositions} days`);
const claims = 'claims for loss and delay can be made for 9 months (49 USC 14706)';

/** How long the tables of the tracking subgraph keep their rows. */
export const retention: Retention = {
  position_history: {
    holds: 'where a driver and a vehicle were',
    until: chore('deleteOldPositions', `${daysOfPositions} days, in whole months`),
    why: claims,
  },
  vehicle_position: { holds: 'the last position and driver of a vehicle', until: old, why: claims },
  driver_position: { holds: 'the last position of a driver', until: old, why: claims },
  geofence_event: {
    holds: 'when a driver and a vehicle entered and left an area',
    until: days(daysOfPositions, 'occurred_at'),
    why: claims,
  },
  geofence: { holds: 'areas', until: stays, why: 'no persons' },
  geofence_area: { holds: 'bounds of areas', until: stays, why: 'no persons' },
  geofence_presence: { holds: 'vehicles within areas', until: stays, why: 'one row per vehicle and area' },
  vehicle: { holds: 'whether a vehicle is in service', until: stays, why: 'one row per vehicle' },
  driver: { holds: 'whether a driver is active', until: stays, why: 'one row per driver' },
  load: { holds: 'origin, destination and times of a load', until: stays, why: 'decides who may see positions' },
  assignment: { holds: 'which driver and vehicle carried a load', until: stays, why: 'decides who may see positions' },
};
