import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { Contested } from '#shared/errors/contested.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { UserErrorCode } from '#shared/errors/user-error-codes.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { type Reach, reaches } from '#shared/identity/reach.ts';
import { isUuid, newId } from '#shared/ids.ts';
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

/** The most quotes shown of one shipment. */
const quotesPerShipment = 20;

/** The newest quotes of each of these shipments, newest first, in one statement. */
export function newestQuotes(em: EntityManager, reach: Reach, shipmentIds: readonly string[]): Promise<Quote[]> {
  return quoteRows.read(
    em,
    sql`select newest.* from unnest(${shipmentIds}::uuid[]) as shipment (id) cross join lateral (
      select ${quoteRows.columns('t')} from quote t where t.shipment_id = shipment.id and ${visibleBilling(reach)}
      order by t.created_at desc, t.id desc limit ${quotesPerShipment}) as newest`,
  );
}

/** Prices a shipment and stores the offer. */
export async function makeQuote(
  em: EntityManager,
  account: AccountIdentity,
  shipmentId: string,
  now: Date,
): Promise<Quote> {
  const shipment = await findVisibleShipment(em, account, shipmentId);
  if (shipment.closed) refuse('NOT_QUOTABLE', "This shipment was cancelled and can't be quoted.", 'shipmentId');
  const accepted = await em.count(QuoteEntity, { shipmentId, acceptedAt: { $ne: null } });
  if (accepted > 0) refuse('NOT_QUOTABLE', 'This shipment already has an accepted quote.', 'shipmentId');
  const price = await priceShipment(em, shipment, now);
  const quote = em.create(QuoteEntity, newQuote(shipment, price, account.accountId, now));
  await em.flush();
  return quote;
}

async function findVisibleShipment(
  em: EntityManager,
  account: AccountIdentity,
  shipmentId: string,
): Promise<PricedShipment> {
  const shipment = isUuid(shipmentId) ? await em.findOne(PricedShipmentEntity, shipmentId) : null;
  if (shipment && reaches(billingReach(account), shipment)) return shipment;
  return refuse('NOT_FOUND', 'There is no shipment with this id, or you may not see it.', 'shipmentId');
}

function newQuote(shipment: PricedShipment, price: Price, requestedBy: string, now: Date): Quote {
  return {
    id: newId(now.getTime()),
    shipmentId: shipment.id,
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

/**
 * Accepts an offer. Refusals: NOT_FOUND; ALREADY_ACCEPTED, WITHDRAWN and EXPIRED show the quote as it is.
 */
export async function acceptQuote(
  transaction: Transaction,
  account: AccountIdentity,
  quoteId: string,
  now: Date,
): Promise<Quote> {
  const { em } = transaction;
  const found = isUuid(quoteId) ? await em.findOne(QuoteEntity, quoteId) : null;
  if (!found || !reaches(billingReach(account), found)) {
    return refuse('NOT_FOUND', 'There is no quote with this id, or you may not see it.', 'quoteId');
  }
  // Locks all quotes of the shipment in one order, so that the second of two acceptances sees the first.
  const quotes = await em.find(
    QuoteEntity,
    { shipmentId: found.shipmentId },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true },
  );
  const quote = quotes.find((candidate) => candidate.id === quoteId) ?? found;
  checkAcceptable(quote, now);
  quote.acceptedAt = now;
  for (const other of quotes) if (other !== quote && !other.acceptedAt) other.withdrawnAt ??= now;
  await em.flush();
  await emitAccepted(transaction, quote, now);
  return quote;
}

function checkAcceptable(quote: Quote, now: Date): void {
  const refuseQuote = (code: UserErrorCode, message: string): never => {
    throw new Contested(quote, { code, field: ['quoteId'], message });
  };
  const { acceptedAt, withdrawnAt, expiresAt } = quote;
  if (acceptedAt) refuseQuote('ALREADY_ACCEPTED', `This quote was already accepted at ${acceptedAt.toISOString()}.`);
  if (withdrawnAt) refuseQuote('WITHDRAWN', 'Another quote of this shipment was accepted.');
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
