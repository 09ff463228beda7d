import { type Retention, stays } from '#shared/database/retention.ts';

/** How long the tables of the risk subgraph keep their rows. */
export const retention: Retention = {
  known_organization: { holds: 'key of the name of an organization', until: stays, why: 'compared with the watchlist' },
  known_account: {
    holds: 'keyed hash of the e-mail address of an account',
    until: stays,
    why: 'compared with the watchlist; erasePersonalData replaces it by a pseudonym',
  },
  booking: {
    holds: 'facts of a booking, keys of the names of its shippers and consignees',
    until: stays,
    why: 'rules compare new bookings with earlier ones',
  },
  assessment: { holds: 'facts and outcome of the rules', until: stays, why: 'a decision must stay verifiable' },
  review_case: { holds: 'decision, reason and reviewer', until: stays, why: 'a decision must stay verifiable' },
  watchlist_entry: {
    holds: 'organizations, accounts, e-mail addresses and names that are suspected of fraud',
    until: stays,
    why: 'protects against fraud until staff remove it; removed entries stay evidence',
  },
  assessment_count: { holds: 'sums of an organization', until: stays, why: 'few rows per organization' },
};
