import type { EntityManager } from '#shared/database/database.ts';
import {
  byUuid,
  type Person,
  type PersonalLists,
  personalList,
  personalRows,
} from '#shared/database/personal-lists.ts';
import { query } from '#shared/database/query.ts';
import { rowsFrom } from '#shared/database/rows.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import {
  AssignmentEntity,
  BadgeEntity,
  DriverEntity,
  IncidentEntity,
  RewardAccountEntity,
  RewardEntryEntity,
  ScoreTallyEntity,
  ShiftEntity,
} from '../entities.ts';

interface RatedDelivery {
  readonly shipmentId: string;
  readonly stars: number;
  readonly ratedAt: Date;
}
const ratingRows = rowsFrom<RatedDelivery>({ shipmentId: 'shipment_id', stars: 'stars', ratedAt: 'rated_at' }, [
  'ratedAt',
]);

const ofDriver = ({ accountId }: Person): Sql =>
  sql`t.driver_id in (select id from driver where account_id = ${accountId})`;

/** What the fleet subgraph holds of a person. */
export const personalLists: PersonalLists = {
  driver: personalList(DriverEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
    without: ['nameKey', 'licenseKey'],
  }),
  shifts: personalList(ShiftEntity, { order: byUuid('id'), of: ofDriver }),
  assignments: personalList(AssignmentEntity, {
    order: byUuid('id'),
    of: ofDriver,
    without: ['assignedByAccountId'],
  }),
  assigned: personalList(AssignmentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.assigned_by_account_id = ${accountId}`,
    without: ['driverId'],
  }),
  incidents: personalList(IncidentEntity, {
    order: byUuid('id'),
    of: ofDriver,
    without: ['reportedByAccountId'],
  }),
  reportedIncidents: personalList(IncidentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.reported_by_account_id = ${accountId}`,
    without: ['driverId'],
  }),
  ratings: personalRows<RatedDelivery>(ratingRows, 'rating', {
    order: byUuid('shipmentId', 't.shipment_id'),
    of: ofDriver,
  }),
  scores: personalList(ScoreTallyEntity, {
    order: [
      { expression: 't.starts_at', kind: 'time', property: 'startsAt' },
      { expression: 't.period', kind: 'text', property: 'period' },
    ],
    of: ofDriver,
  }),
  badges: personalList(BadgeEntity, {
    order: [{ expression: 't.kind', kind: 'text', property: 'kind' }],
    of: ofDriver,
  }),
  rewardAccount: personalList(RewardAccountEntity, {
    order: byUuid('driverId', 't.driver_id'),
    of: ofDriver,
  }),
  rewards: personalList(RewardEntryEntity, { order: byUuid('id'), of: ofDriver }),
};

/** The driver of an account, also one that is not active any more. */
export async function driverIdOf(em: EntityManager, accountId: string): Promise<string | null> {
  const [driver] = await query<{ id: string }>(em, sql`select id from driver where account_id = ${accountId}`);
  return driver?.id ?? null;
}
