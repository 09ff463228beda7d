import { days, type Retention, stays } from '#shared/database/retention.ts';

/** How long the tables of the fleet subgraph keep their rows. */
export const retention: Retention = {
  vehicle: { holds: 'plate, data and home base of a vehicle', until: stays, why: 'records refer to it' },
  vehicle_place: {
    holds: 'the last place and driver of a vehicle',
    until: stays,
    why: 'one row per vehicle, which the next place replaces',
  },
  driver: {
    holds: 'name, phone, licence number and home base of a person',
    until: stays,
    why: 'the driver works with us; erasePersonalData replaces the data by a pseudonym, to which records refer',
  },
  shift: {
    holds: 'working times of a driver',
    until: days(730, 'ended_at'),
    why: 'records of duty status are kept for at least 6 months (49 CFR 395.8), wage claims for 2 years',
  },
  load: { holds: 'facts of a booked shipment', until: stays, why: 'shown with its assignment' },
  load_state: { holds: 'state of a booked shipment', until: stays, why: 'shown with its assignment' },
  assignment: {
    holds: 'which driver and vehicle carried a shipment',
    until: stays,
    why: 'part of the freight contract',
  },
  incident: {
    holds: 'what happened to a driver and a vehicle',
    until: stays,
    why: 'register of accidents (49 CFR 390.15); scores refer to it',
  },
  rating: { holds: 'stars of a delivery by driver', until: stays, why: 'a corrected rating needs the former one' },
  score_tally: { holds: 'score of a driver by week and month', until: stays, why: 'figures' },
  badge: { holds: 'badges of a driver', until: stays, why: 'shown with the driver' },
  reward_account: { holds: 'reward points of a driver', until: stays, why: 'a balance' },
  reward_entry: {
    holds: 'how a driver earned and used points',
    until: stays,
    why: 'bookings, from which the balance follows',
  },
  assignment_count: { holds: 'sums of an organization', until: stays, why: 'few rows per organization' },
};
