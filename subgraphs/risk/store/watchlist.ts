import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { GraphError, refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import { type AddWatchlistEntry, type RemoveWatchlistEntry, watchlistKey } from '../domain/inputs.ts';
import type { WatchlistKind, WatchlistMatch } from '../domain/vocabulary.ts';
import { AssessmentEntity, BookingEntity, type WatchlistEntry, WatchlistEntryEntity } from '../entities.ts';
import { recordAssessment } from './assess.ts';
import { lockWatchlist } from './locks.ts';

export interface WatchlistChange {
  readonly entry: WatchlistEntry;
  /** Open shipments that were assessed again. */
  readonly reassessed: number;
}

/**
 * Puts somebody on the watchlist and assesses again what they have booked and can still be stopped.
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
  const valueKey = watchlistKey(kind, value);
  await lockWatchlist(em);
  if ((await em.count(WatchlistEntryEntity, { kind, valueKey, removedAt: null })) > 0) {
    refuse('ALREADY_LISTED', `"${value}" is already on the watchlist.`, 'value');
  }
  const entry = em.create(WatchlistEntryEntity, {
    id: newId(now.getTime()),
    kind,
    value,
    valueKey,
    reason,
    addedBy,
    addedAt: now,
    removedBy: null,
    removedAt: null,
    removalReason: null,
  });
  await em.flush();
  const match: WatchlistMatch = { entryId: entry.id, kind, value, reason };
  const met = await openBookingsMeeting(em, kind, valueKey);
  await reassess(transaction, met, (watchlist) => [...watchlist, match], now);
  return { entry, reassessed: met.length };
}

/**
 * Takes an entry off the watchlist and assesses again what it stopped and is still open. The entry stays in the records.
 * Refusal: NOT_FOUND. Removing a removed entry changes nothing.
 */
export async function removeEntry(
  transaction: Transaction,
  removedBy: string,
  { id, reason }: RemoveWatchlistEntry,
  now: Date,
): Promise<WatchlistChange> {
  const { em } = transaction;
  await lockWatchlist(em);
  const entry = isUuid(id) ? await em.findOne(WatchlistEntryEntity, { id }) : null;
  if (!entry) refuse('NOT_FOUND', 'There is no watchlist entry with this id.', 'id');
  if (entry.removedAt) return { entry, reassessed: 0 };
  Object.assign(entry, { removedBy, removedAt: now, removalReason: reason });
  const met = await em.execute<{ shipment_id: string }[]>(
    `select shipment_id from assessment join booking using (shipment_id)
      where current and cardinality(watchlist_ids) > 0 and watchlist_ids @> array[?]::uuid[] and open order by 1`,
    [id],
  );
  const ids = met.map((row) => row.shipment_id);
  await reassess(transaction, ids, (watchlist) => watchlist.filter(({ entryId }) => entryId !== id), now);
  return { entry, reassessed: ids.length };
}

/** Shipments that an entry of this kind speaks against and that can still be stopped. */
async function openBookingsMeeting(em: EntityManager, kind: WatchlistKind, key: string): Promise<readonly string[]> {
  const conditions: Readonly<Record<WatchlistKind, string>> = {
    ORGANIZATION: 'organization_id = ?::uuid',
    ACCOUNT: 'account_id = ?::uuid',
    EMAIL: 'account_id in (select id from known_account where email = ?)',
    NAME: `(party_keys @> array[?]::text[] or organization_id in (select id from known_organization where name_key = ?))`,
  };
  const rows = await em.execute<{ shipment_id: string }[]>(
    `select shipment_id from booking where open and ${conditions[kind]} order by shipment_id`,
    kind === 'NAME' ? [key, key] : [key],
  );
  return rows.map((row) => row.shipment_id);
}

// Locked in one order: whoever assesses or decides a booking does so alone.
const lockedRows = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;

/** Other facts stay as of the booking: only the watchlist has changed. */
async function reassess(
  transaction: Transaction,
  shipmentIds: readonly string[],
  change: (watchlist: readonly WatchlistMatch[]) => readonly WatchlistMatch[],
  now: Date,
): Promise<void> {
  const { em } = transaction;
  if (shipmentIds.length === 0) return;
  const within = { shipmentId: { $in: [...shipmentIds] } };
  const bookings = await em.find(BookingEntity, within, { orderBy: { shipmentId: 'asc' }, ...lockedRows });
  const assessments = await em.find(AssessmentEntity, { ...within, current: true });
  const factsOf = new Map(assessments.map(({ shipmentId, facts }) => [shipmentId, facts]));
  for (const booking of bookings) {
    const facts = factsOf.get(booking.shipmentId);
    if (!facts) continue;
    const updated = { ...facts, watchlist: change(facts.watchlist) };
    await recordAssessment(transaction, booking, updated, 'WATCHLIST_CHANGED', now);
  }
}

export interface WatchlistFilter {
  readonly kind?: WatchlistKind | null;
  readonly search?: string | null;
  readonly active?: boolean | null;
}

/** A page of the watchlist, newest first; throws BAD_USER_INPUT for wrong arguments. The caller has checked the scope. */
export async function pageOfWatchlist(
  em: EntityManager,
  { kind, search, active }: WatchlistFilter,
  args: PageArguments,
): Promise<Connection<WatchlistEntry>> {
  const page = parsePage(args, [cursorParts.time, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(page, 'addedAt', 'desc');
  const where: FilterQuery<WatchlistEntry> = {
    ...(kind != null && { kind }),
    ...(search != null && { value: { $ilike: containing(search) } }),
    ...(active != null && { removedAt: active ? null : { $ne: null } }),
  };
  const rows = await em.find(WatchlistEntryEntity, { $and: [where, beyond] }, { orderBy, limit: page.limit });
  return toConnection(page, rows, {
    cursor: ({ addedAt, id }) => [addedAt.toISOString(), id],
    node: (entry) => entry,
    count: () => em.count(WatchlistEntryEntity, where),
  });
}

/** A search text for ILIKE, its own wildcards taken literally. */
function containing(search: string): string {
  if (search.length < 1 || search.length > 100 || search.includes('\0')) {
    throw new GraphError('BAD_USER_INPUT', `"search" must have 1 to 100 characters and no NUL character.`);
  }
  return `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
