import type { Reactions } from '#shared/events/jobs.ts';
import { announceExpiry } from './store/api-key-reminders.ts';
import { linkDriver } from './store/drivers.ts';

/** The fleet subgraph links accounts to drivers. New tokens of a linked account contain the driver's id. */
export const reactions: Reactions = {
  'driver.changed': ({ em }, { driverId, accountId, active, by, at }) =>
    linkDriver(em, driverId, active ? accountId : null, by, new Date(at)),
  /** The subgraph sends these to itself, to be handled later. */
  'apiKey.reminderDue': announceExpiry,
};
