import type { EntityManager } from '#shared/database/database.ts';
import type { RiskFacts, WatchlistMatch } from '../domain/vocabulary.ts';
import type { Booking } from '../entities.ts';

const monthDays = 30.4375;

interface Row {
  readonly organization_days: number | null;
  readonly account_days: number | null;
  readonly earlier: number;
  readonly in_hour: number;
  readonly on_lane: number;
  readonly history_days: number;
  readonly first_on_lane: boolean;
}

/** Gathers what the rules look at for a booking that is in the tables, as of its time, in two statements. */
export async function gatherFacts(em: EntityManager, booking: Booking): Promise<RiskFacts> {
  const { shipmentId, organizationId, accountId, bookedAt, laneKey, lane, valueCents, currency } = booking;
  const [row] = await em.execute<Row[]>(
    `with given (id, organization_id, account_id, at, lane_key) as (values (?::uuid, ?::uuid, ?::uuid, ?::timestamptz, ?))
      select
        (select extract(epoch from given.at - created_at) / 86400 from known_organization
          where id = given.organization_id)::float as organization_days,
        (select extract(epoch from given.at - created_at) / 86400 from known_account
          where id = given.account_id and organization_id = given.organization_id)::float as account_days,
        (select count(*) from booking b where b.organization_id = given.organization_id
          and b.booked_at <= given.at and b.shipment_id <> given.id)::int as earlier,
        (select count(*) from booking b where b.organization_id = given.organization_id
          and b.booked_at <= given.at and b.booked_at > given.at - interval '1 hour'
          and b.shipment_id <> given.id)::int + 1 as in_hour,
        (select count(*) from booking b where b.lane_key = given.lane_key
          and b.booked_at < given.at and b.booked_at >= given.at - interval '365.25 days')::int as on_lane,
        coalesce(extract(epoch from given.at - (select min(booked_at) from booking)) / 86400, 0)::float as history_days,
        not exists (select from booking b where b.organization_id = given.organization_id
          and b.lane_key = given.lane_key and b.booked_at <= given.at and b.shipment_id <> given.id) as first_on_lane
      from given`,
    [shipmentId, organizationId, accountId, bookedAt, laneKey],
  );
  if (!row) throw new Error('a select without a from answers one row');
  return {
    organizationAgeDays: row.organization_days,
    accountAgeDays: row.account_days,
    valueCents,
    currency,
    earlierBookings: row.earlier,
    lane,
    laneShipmentsPerMonth: perMonth(row.on_lane, row.history_days),
    firstOnLane: row.first_on_lane,
    bookingsInHour: row.in_hour,
    watchlist: await matchesOf(em, booking),
  };
}

/** Shipments of the last year (or of the whole history where it is shorter, a month at least) per month. */
function perMonth(shipments: number, historyDays: number): number {
  const months = Math.min(365.25, Math.max(monthDays, historyDays)) / monthDays;
  return Math.round((shipments / months) * 100) / 100;
}

/** Active watchlist entries that a booking meets: by organization, account, its address, or a name at its docks. */
async function matchesOf(em: EntityManager, booking: Booking): Promise<readonly WatchlistMatch[]> {
  const { organizationId, accountId, partyKeys } = booking;
  return em.execute<WatchlistMatch[]>(
    `select id as "entryId", kind, value, reason from watchlist_entry
      where removed_at is null and (
        (kind = 'ORGANIZATION' and value_key = ?) or (kind = 'ACCOUNT' and value_key = ?)
        or (kind = 'EMAIL' and value_key in (select email from known_account where id = ?))
        or (kind = 'NAME' and (value_key in (select name_key from known_organization where id = ?)
          or value_key in (select json_array_elements_text(?::json)))))
      order by id`,
    [organizationId, accountId, accountId, organizationId, JSON.stringify(partyKeys)],
  );
}
