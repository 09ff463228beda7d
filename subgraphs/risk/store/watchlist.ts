import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { blindIndexesOf } from '#shared/database/sealed-column.ts';
import { anyOf, type Sql, sql, uuids } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import { type AddWatchlistEntry, type RemoveWatchlistEntry, watchlistKey } from '../domain/inputs.ts';
import { shownValue } from '../domain/names.ts';
import type { WatchlistKind, WatchlistMatch } from '../domain/vocabulary.ts';
import { type WatchlistEntry, WatchlistEntryEntity, watchedValue } from '../entities.ts';
import { recordAssessment } from './assess.ts';
import { lockWatchlist } from './locks.ts';
import { assessmentRows, bookingRows } from './rows.ts';

export interface WatchlistChange {
  readonly entry: WatchlistEntry;
  /** Open shipments that were assessed again. */
  readonly reassessed: number;
}

/**
 * Adds an entry to the watchlist and assesses matching bookings again, if a decision can still stop them.
 * Refusals: INVALID_INPUT, ALREADY_LISTED.
 */
export async function addEntry(
  transaction: Transaction,
  addedBy: string,
  input: AddWatchlistEntry,
  now: Date,
): Promise<WatchlistChange> {
  const { em } = transaction;
  const { kind, value, reason } = input;
  const plainKey = watchlistKey(kind, value);
  const valueKeys = kind === 'EMAIL' ? blindIndexesOf(em, watchedValue, value) : [plainKey];
  const [valueKey = plainKey] = valueKeys;
  await lockWatchlist(em);
  if ((await em.count(WatchlistEntryEntity, { kind, valueKey: { $in: [...valueKeys] }, removedAt: null })) > 0) {
    refuse('ALREADY_LISTED', `"${value}" is already on the watchlist.`, 'value');
  }
  const entry = em.create(WatchlistEntryEntity, {
    id: newId(now.getTime()),
    kind,
    value,
    valueKey,
    searchKey: kind === 'EMAIL' ? '' : textKey(value),
    reason,
    addedBy,
    addedAt: now,
    removedBy: null,
    removedAt: null,
    removalReason: null,
  });
  await em.flush();
  const changes = changesTo({ kind, value, reason }, {}, personal);
  transaction.audit({
    action: 'WATCHLIST_ENTRY_ADDED',
    target: { kind: 'WatchlistEntry', id: entry.id },
    changes,
    at: now,
  });
  const match: WatchlistMatch = { entryId: entry.id, kind, value: shownValue(kind, value), reason };
  const met = await openBookingsMeeting(em, kind, valueKeys);
  await reassess(transaction, met, (watchlist) => [...watchlist, match], now);
  return { entry, reassessed: met.length };
}

/**
 * Removes an entry from the watchlist and assesses the open bookings that it blocked again. The row of the entry stays.
 * Refusals: NOT_FOUND; INVALID_STATE (removed before, for another reason). A repeat with the same reason changes nothing.
 */
export async function removeEntry(
  transaction: Transaction,
  removedBy: string,
  { watchlistEntryId: id, reason }: RemoveWatchlistEntry,
  now: Date,
): Promise<WatchlistChange> {
  const { em } = transaction;
  await lockWatchlist(em);
  const entry = isUuid(id) ? await em.findOne(WatchlistEntryEntity, { id }) : null;
  if (!entry) refuse('NOT_FOUND', 'There is no watchlist entry with this id.', 'watchlistEntryId');
  if (entry.removedAt) {
    if (entry.removalReason !== reason) {
      const before = `This entry was removed before, for the reason "${entry.removalReason}".`;
      refuse('INVALID_STATE', `${before} The reason of a removal cannot change.`, 'watchlistEntryId');
    }
    return { entry, reassessed: 0 };
  }
  Object.assign(entry, { removedBy, removedAt: now, removalReason: reason });
  const changes = changesTo({ removedAt: now, removalReason: reason });
  transaction.audit({ action: 'WATCHLIST_ENTRY_REMOVED', target: { kind: 'WatchlistEntry', id }, changes, at: now });
  const met = await shipmentIdsOf(
    em,
    sql`select shipment_id as id from assessment join booking using (shipment_id)
      where current and cardinality(watchlist_ids) > 0 and watchlist_ids @> ${[id]}::uuid[] and open`,
  );
  await reassess(transaction, met, (watchlist) => watchlist.filter(({ entryId }) => entryId !== id), now);
  return { entry, reassessed: met.length };
}

/** Fields of which the audit trail has only the names: a value may be the name or address of a person. */
const personal = ['value'];

/** Shipments that match an entry of this kind and can still be stopped. */
function openBookingsMeeting(em: EntityManager, kind: WatchlistKind, keys: readonly string[]): Promise<string[]> {
  return shipmentIdsOf(
    em,
    sql`select shipment_id as id from booking where open and ${anyOf(keys.map(meetings[kind]))}`,
  );
}

const meetings: Readonly<Record<WatchlistKind, (key: string) => Sql>> = {
  ORGANIZATION: (key) => sql`organization_id = ${key}`,
  ACCOUNT: (key) => sql`account_id = ${key}`,
  EMAIL: (key) => sql`account_id in (select id from known_account where email_key = ${key})`,
  NAME: (key) => sql`(party_keys @> ${[key]}::text[]
    or organization_id in (select id from known_organization where name_key = ${key}))`,
};

async function shipmentIdsOf(em: EntityManager, statement: Sql): Promise<string[]> {
  const rows = await query<{ id: string }>(em, statement);
  return rows.map(({ id }) => id);
}

/** Updates the watchlist matches only. Other facts stay as of the booking. */
async function reassess(
  transaction: Transaction,
  shipmentIds: readonly string[],
  change: (watchlist: readonly WatchlistMatch[]) => readonly WatchlistMatch[],
  now: Date,
): Promise<void> {
  const { em } = transaction;
  if (shipmentIds.length === 0) return;
  // Locked in one order, so that only one transaction assesses or decides a booking at a time.
  const bookings = await bookingRows.read(
    em,
    sql`select ${bookingRows.columns('t')} from booking t where t.shipment_id = any(${uuids(shipmentIds)})
      order by t.shipment_id for update`,
  );
  const assessments = await assessmentRows.readBy(em, 'shipment_id', shipmentIds, { where: sql`t.current` });
  const factsOf = new Map(assessments.map(({ shipmentId, facts }) => [shipmentId, facts]));
  for (const booking of bookings) {
    const facts = factsOf.get(booking.shipmentId);
    if (!facts) continue;
    const updated = { ...facts, watchlist: change(facts.watchlist) };
    await recordAssessment(transaction, booking, updated, 'WATCHLIST_CHANGED', now);
  }
}
