import { LockMode } from '@mikro-orm/core';
import { changesTo } from '#shared/audit/changes.ts';
import type { AuditFact } from '#shared/audit/fact.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import type { Columns } from '#shared/database/rows.ts';
import { raw, sql, uuids } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { Contested } from '#shared/errors/contested.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { UserErrorCode } from '#shared/errors/user-error-codes.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { type Reach, reaches } from '#shared/identity/reach.ts';
import { isUuid, newId } from '#shared/ids.ts';
import type { AcceptQuote, RequestQuote } from '../domain/inputs.ts';
import { computePrice, type Price } from '../domain/price.ts';
import { carryingCostCents } from '../domain/rates.ts';
import { CustomerEntity, type PricedShipment, PricedShipmentEntity, type Quote, QuoteEntity } from '../entities.ts';
import { latestObservations, readDemand } from './market.ts';
import { quoteRows } from './rows.ts';
import { billingReach, visibleBilling } from './visibility.ts';

export const currency = 'USD';
const validMilliseconds = 7 * 86_400_000;

/** The current price of a shipment, from the stored facts of shipment, customer and market. */
export async function priceShipment(em: EntityManager, shipment: PricedShipment, now: Date): Promise<Price> {
  const customer = await em.findOne(CustomerEntity, shipment.organizationId);
  return computePrice({
    equipment: shipment.equipment,
    distanceMeters: shipment.distanceMeters,
    volumeM3: shipment.volumeM3,
    tier: customer?.tier ?? 'FREE',
    demand: await readDemand(em, shipment.originRegion, now),
    ...(await latestObservations(em, shipment.equipment)),
  });
}

/** The most quotes shown of one shipment. Part of the text, because PostgreSQL plans for a limit that it knows. */
const quotesPerShipment = raw('20');

/** The newest quotes of each of these shipments, newest first, in one statement. */
export function newestQuotes(
  em: EntityManager,
  reach: Reach,
  shipmentIds: readonly string[],
  columns: Columns,
): Promise<Pick<Quote, 'shipmentId' | 'acceptedAt' | 'withdrawnAt'>[]> {
  const rows = quoteRows.only(columns, ['shipmentId', 'acceptedAt', 'withdrawnAt']);
  return rows.read(
    em,
    sql`select newest.* from unnest(${uuids(shipmentIds)}) as shipment (id) cross join lateral (
      select ${rows.columns('t')} from quote t where t.shipment_id = shipment.id and ${visibleBilling(reach)}
      order by t.created_at desc, t.id desc limit ${quotesPerShipment}) as newest`,
  );
}

/** Prices a shipment and stores the offer. Refusals: NOT_FOUND, NOT_QUOTABLE, CONFLICT (another version of the shipment). */
export async function makeQuote(
  { em, emit, audit }: Transaction,
  account: AccountIdentity,
  { shipmentId, shipmentVersion }: RequestQuote,
  now: Date,
): Promise<Quote> {
  const shipment = await lockVisibleShipment(em, account, shipmentId);
  checkShipmentVersion(shipment, shipmentVersion);
  if (shipment.closed) refuse('NOT_QUOTABLE', "This shipment was cancelled and can't be quoted.", 'shipmentId');
  const accepted = await em.count(QuoteEntity, { shipmentId, acceptedAt: { $ne: null }, withdrawnAt: null });
  if (accepted > 0) refuse('NOT_QUOTABLE', 'This shipment already has an accepted quote.', 'shipmentId');
  const price = await priceShipment(em, shipment, now);
  const quote = em.create(QuoteEntity, newQuote(shipment, price, account.accountId, now));
  await em.flush();
  const { id: quoteId, organizationId } = quote;
  await emit('quote.offered', { quoteId, shipmentId, organizationId, at: now.toISOString() });
  const changes = changesTo({
    shipment: shipmentId,
    priceCents: quote.priceCents,
    currency,
    expiresAt: quote.expiresAt,
  });
  audit({ action: 'QUOTE_OFFERED', target: { kind: 'Quote', id: quoteId }, changes, at: now });
  return quote;
}

/** The copy of the shipment, locked until the commit: it must not change while its quotes are made or accepted. */
async function lockVisibleShipment(
  em: EntityManager,
  account: AccountIdentity,
  shipmentId: string,
): Promise<PricedShipment> {
  const shipment = isUuid(shipmentId)
    ? await em.findOne(PricedShipmentEntity, shipmentId, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
    : null;
  if (shipment && reaches(billingReach(account), shipment)) return shipment;
  return refuse('NOT_FOUND', 'There is no shipment with this id, or you may not see it.', 'shipmentId');
}

/**
 * Refuses when the shipment has changed since the caller saw it. A higher version than the stored one is of a step, such as an assignment:
 * pricing knows all earlier changes of the load, because the mutation has waited for them.
 */
function checkShipmentVersion({ version }: PricedShipment, seen: number | null | undefined): void {
  if (seen == null || seen >= version) return;
  const message = `This shipment is at version ${version}, not ${seen}. Load it again and request a quote.`;
  refuse('CONFLICT', message, 'shipmentVersion');
}

/** Withdraws the quotes of earlier loads of a shipment, also an accepted one: it was the price of another load. */
export async function withdrawQuotes(
  { em, emit, audit }: Transaction,
  { shipmentId, loadVersion }: { readonly shipmentId: string; readonly loadVersion: number },
  now: Date,
): Promise<void> {
  const withdrawn = await query<{ id: string; organizationId: string }>(
    em,
    sql`update quote set withdrawn_at = ${now} where shipment_id = ${shipmentId} and shipment_version < ${loadVersion} and withdrawn_at is null
      and not exists (select from invoice where invoice.shipment_id = quote.shipment_id)
      returning id, organization_id as "organizationId"`,
  );
  for (const { id: quoteId, organizationId } of withdrawn) {
    await emit('quote.withdrawn', { quoteId, shipmentId, organizationId, at: now.toISOString() });
    audit(withdrawal(quoteId, now));
  }
}

function withdrawal(id: string, at: Date): AuditFact {
  return { action: 'QUOTE_WITHDRAWN', target: { kind: 'Quote', id }, changes: changesTo({ withdrawnAt: at }), at };
}

function newQuote(shipment: PricedShipment, price: Price, requestedBy: string, now: Date): Quote {
  return {
    id: newId(now.getTime()),
    shipmentId: shipment.id,
    shipmentVersion: shipment.version,
    organizationId: shipment.organizationId,
    requestedBy,
    currency,
    ...price,
    createdAt: now,
    expiresAt: new Date(now.getTime() + validMilliseconds),
    acceptedAt: null,
    withdrawnAt: null,
  };
}

/** The shipment of a quote, without regard to the caller. Empty if there is no such quote. */
export async function shipmentOfQuote(em: EntityManager, quoteId: string): Promise<readonly string[]> {
  if (!isUuid(quoteId)) return [];
  const rows = await query<{ shipmentId: string }>(
    em,
    sql`select shipment_id as "shipmentId" from quote where id = ${quoteId}`,
  );
  return rows.map(({ shipmentId }) => shipmentId);
}

/**
 * Accepts an offer. Refusals: NOT_FOUND; CONFLICT (another version of the shipment); ALREADY_ACCEPTED, WITHDRAWN and EXPIRED show the quote as it is.
 */
export async function acceptQuote(
  transaction: Transaction,
  account: AccountIdentity,
  { quoteId, shipmentVersion }: AcceptQuote,
  now: Date,
): Promise<Quote> {
  const { em } = transaction;
  const found = isUuid(quoteId) ? await em.findOne(QuoteEntity, quoteId) : null;
  if (!found || !reaches(billingReach(account), found)) {
    return refuse('NOT_FOUND', 'There is no quote with this id, or you may not see it.', 'quoteId');
  }
  checkShipmentVersion(await lockVisibleShipment(em, account, found.shipmentId), shipmentVersion);
  // Locks all quotes of the shipment in one order, so that the second of two acceptances sees the first.
  const quotes = await em.find(
    QuoteEntity,
    { shipmentId: found.shipmentId },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true },
  );
  const quote = quotes.find((candidate) => candidate.id === quoteId) ?? found;
  checkAcceptable(quote, now);
  quote.acceptedAt = now;
  const others = quotes.filter((other) => other !== quote && !other.acceptedAt && !other.withdrawnAt);
  for (const other of others) other.withdrawnAt = now;
  await em.flush();
  await emitAccepted(transaction, quote, now);
  const { shipmentId, priceCents } = quote;
  const changes = changesTo({ shipment: shipmentId, priceCents, currency: quote.currency, acceptedAt: now });
  transaction.audit({ action: 'QUOTE_ACCEPTED', target: { kind: 'Quote', id: quote.id }, changes, at: now });
  for (const { id } of others) transaction.audit(withdrawal(id, now));
  return quote;
}

function checkAcceptable(quote: Quote, now: Date): void {
  const refuseQuote = (code: UserErrorCode, message: string): never => {
    throw new Contested(quote, { code, field: ['quoteId'], message });
  };
  const { acceptedAt, withdrawnAt, expiresAt } = quote;
  if (acceptedAt && !withdrawnAt)
    refuseQuote('ALREADY_ACCEPTED', `This quote was already accepted at ${acceptedAt.toISOString()}.`);
  if (withdrawnAt)
    refuseQuote('WITHDRAWN', 'The shipment changed, or another quote of it was accepted. Request a new one.');
  if (expiresAt <= now) refuseQuote('EXPIRED', `This quote expired at ${expiresAt.toISOString()}. Request a new one.`);
}

function emitAccepted({ emit }: Transaction, quote: Quote, now: Date): Promise<void> {
  return emit('quote.accepted', {
    quoteId: quote.id,
    shipmentId: quote.shipmentId,
    organizationId: quote.organizationId,
    amountCents: quote.priceCents,
    currency: quote.currency,
    costCents: carryingCostCents(quote.baseRateCents, 0),
    at: now.toISOString(),
  });
}
