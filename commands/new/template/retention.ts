import { type Retention, stays } from '#shared/database/retention.ts';

/** How long the tables keep their rows. */
export const retention: Retention = {
  sample_record: { holds: 'names of sample records', until: stays, why: 'no persons' },
};
