import { auditSchema } from '#shared/database/audit-schema.ts';
import { jobsSchema } from '#shared/database/jobs-schema.ts';
import { jobsRetention, type Retention, sharedRetention } from '#shared/database/retention.ts';
import { auditRetention } from '../../subgraphs/access/retention.ts';
import { allTables } from '../all-subgraphs.ts';

/** The retention of each schema of the database. `*` stands for every subgraph. */
export const retentionOfSchemas: ReadonlyMap<string, Retention> = new Map([
  ...allTables.map(({ name, retention }) => [name, retention] as const),
  ['*', sharedRetention],
  [auditSchema, auditRetention],
  [jobsSchema, jobsRetention],
]);
