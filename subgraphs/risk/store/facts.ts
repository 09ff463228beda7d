import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { madeByOlderKey } from '#shared/database/renew-indexes.ts';
import { olderIndexIds, openFrom, renewedIndexOf } from '#shared/database/sealed-column.ts';
import { sql } from '#shared/database/sql.ts';
import { shownValue } from '../domain/names.ts';
import { countedBookings, type RiskFacts, type WatchlistMatch } from '../domain/vocabulary.ts';
import { type Booking, watchedValue } from '../entities.ts';

const monthDays = 30.4375;

interface Row {
  readonly organizationAgeDays: number | null;
  readonly accountAgeDays: number | null;
  readonly earlierBookings: number;
  readonly bookingsInHour: number;
  readonly firstOnLane: boolean;
  readonly onLane: number;
  readonly historyDays: number;
}

/** Reads the inputs of the rules for a stored booking, as of its time, in two statements. */
export async function gatherFacts(em: EntityManager, booking: Booking): Promise<RiskFacts> {
  const { shipmentId, organizationId, accountId, bookedAt, laneKey, lane, valueCents, currency } = booking;
  const [row] = await query<Row>(
    em,
    sql`with given (id, organization_id, account_id, at, lane_key) as (
        values (${shipmentId}::uuid, ${organizationId}::uuid, ${accountId}::uuid, ${bookedAt}::timestamptz, ${laneKey}::text))
      select
        (select extract(epoch from given.at - created_at) / 86400 from known_organization
          where id = given.organization_id)::float as "organizationAgeDays",
        (select extract(epoch from given.at - created_at) / 86400 from known_account
          where id = given.account_id and organization_id = given.organization_id)::float as "accountAgeDays",
        (select count(*) from (select from booking b where b.organization_id = given.organization_id
          and b.booked_at <= given.at and b.shipment_id <> given.id limit ${countedBookings}) earlier)::int as "earlierBookings",
        (select count(*) from booking b where b.organization_id = given.organization_id
          and b.booked_at <= given.at and b.booked_at > given.at - interval '1 hour'
          and b.shipment_id <> given.id)::int + 1 as "bookingsInHour",
        (select count(*) from booking b where b.lane_key = given.lane_key
          and b.booked_at < given.at and b.booked_at >= given.at - interval '365.25 days')::int as "onLane",
        coalesce(extract(epoch from given.at - (select min(booked_at) from booking)) / 86400, 0)::float as "historyDays",
        not exists (select from booking b where b.organization_id = given.organization_id
          and b.lane_key = given.lane_key and b.booked_at <= given.at and b.shipment_id <> given.id) as "firstOnLane"
      from given`,
  );
  if (!row) throw new Error('a select without a from returns one row');
  const { onLane, historyDays, ...history } = row;
  return {
    ...history,
    valueCents,
    currency,
    lane,
    laneShipmentsPerMonth: perMonth(onLane, historyDays),
    watchlist: await matchesOf(em, booking),
  };
}

/** Shipments per month in the last year. A shorter history is used as a whole, but counts as at least one month. */
function perMonth(shipments: number, historyDays: number): number {
  const months = Math.min(365.25, Math.max(monthDays, historyDays)) / monthDays;
  return Math.round((shipments / months) * 100) / 100;
}

/** Active watchlist entries that match a booking by organization, account, its address, or a name at its docks. */
async function matchesOf(em: EntityManager, booking: Booking): Promise<readonly WatchlistMatch[]> {
  const { organizationId, accountId, partyKeys } = booking;
  const addressKeys = await watchedKeysOf(em, accountId);
  const found = await query<WatchlistMatch>(
    em,
    sql`select id as "entryId", kind, value, reason from watchlist_entry
      where removed_at is null and (
        (kind = 'ORGANIZATION' and value_key = ${organizationId}) or (kind = 'ACCOUNT' and value_key = ${accountId})
        or (kind = 'EMAIL' and value_key = any(${addressKeys}::text[]))
        or (kind = 'NAME' and (value_key in (select name_key from known_organization where id = ${organizationId})
          or value_key = any(${partyKeys}::text[]))))
      order by id`,
  );
  return found.map((match) => ({ ...match, value: shownValue(match.kind, openFrom(em, watchedValue, match.value)) }));
}

/** The blind indexes under which the watchlist may have the e-mail address of an account. */
async function watchedKeysOf(em: EntityManager, accountId: string): Promise<readonly string[]> {
  const [known] = await query<{ key: string | null }>(
    em,
    sql`select email_key as key from known_account where id = ${accountId}`,
  );
  if (!known?.key) return [];
  const key = renewedIndexOf(em, watchedValue, known.key);
  const older = olderIndexIds(em);
  if (older.length === 0) return [key];
  // The address is not known here, so its older indexes can't be made: those of the watchlist are renewed instead.
  const entries = await query<{ key: string }>(
    em,
    sql`select value_key as key from watchlist_entry
      where kind = 'EMAIL' and removed_at is null and ${madeByOlderKey('value_key', older)}`,
  );
  return [key, ...entries.map((entry) => entry.key).filter((made) => renewedIndexOf(em, watchedValue, made) === key)];
}
