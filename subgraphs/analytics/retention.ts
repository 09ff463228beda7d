import { type Retention, stays } from '#shared/database/retention.ts';

const figures = 'figures, which are compared over years';

/** How long the tables of the analytics subgraph keep their rows. They know persons by their ids only. */
export const retention: Retention = {
  company_day: { holds: 'figures of the company by day', until: stays, why: figures },
  organization_day: { holds: 'figures of an organization by day', until: stays, why: figures },
  driver_day: { holds: 'loads, deliveries and ratings of a driver by day', until: stays, why: figures },
  fleet_day: { holds: 'figures of all drivers by day', until: stays, why: figures },
  driver_change: { holds: 'when a driver was hired, active and inactive', until: stays, why: figures },
  driver_activity: { holds: 'days on which a driver was active', until: stays, why: figures },
  customer: { holds: 'when an organization became a customer', until: stays, why: figures },
  carriage: {
    holds: 'which driver carried which load when',
    until: stays,
    why: 'a late event must find its load',
  },
};
