import { systemOrigin } from '#shared/audit/fact.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { accessChangedTopic } from '#shared/identity/access-snapshot.ts';
import { announceExpiry } from './store/api-key-reminders.ts';
import { recordFacts } from './store/audit.ts';
import { linkDriver } from './store/drivers.ts';
import type { Mails } from './store/mails.ts';

/** The fleet subgraph links accounts to drivers. New tokens of a linked account contain the driver's id. */
export function createReactions(mails: Mails): Reactions {
  return {
    'driver.changed': async ({ em, announce }, { driverId, accountId, active, by, at }, { eventId }) => {
      const origin = { ...systemOrigin(eventId), ...by };
      if (await linkDriver(em, driverId, active ? accountId : null, origin, new Date(at)))
        announce(accessChangedTopic, null);
    },
    'audit.recorded': async ({ em }, recorded) => recordFacts(em, recorded),
    /** The subgraph sends these to itself, to be handled later. */
    'apiKey.reminderDue': (transaction, due) => announceExpiry(transaction, due, mails),
  };
}
