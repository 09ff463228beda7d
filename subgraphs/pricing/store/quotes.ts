import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { recordOnce } from '#shared/database/idempotency.ts';
import type { Transact, Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import { type Price, priceOf } from '../domain/price.ts';
import { carryingCostCents } from '../domain/rates.ts';
import { CustomerEntity, type PricedShipment, PricedShipmentEntity, type Quote, QuoteEntity } from '../entities.ts';
import { demandIn, latestObservations } from './market.ts';
import { maySee, visibilityOf } from './visibility.ts';

export const currency = 'USD';
const validMilliseconds = 7 * 86_400_000;

/** The price of a shipment now, from what pricing knows of shipment, customer and market. */
export async function priceShipment(em: EntityManager, shipment: PricedShipment, now: Date): Promise<Price> {
  const customer = await em.findOne(CustomerEntity, shipment.organizationId);
  return priceOf({
    equipment: shipment.equipment,
    distanceMeters: shipment.distanceMeters,
    volumeM3: shipment.volumeM3,
    tier: customer?.tier ?? 'FREE',
    demand: await demandIn(em, shipment.originRegion, now),
    ...(await latestObservations(em, shipment.equipment)),
  });
}

/** Quotes of one shipment that are shown. */
const quotesPerShipment = 20;

/** The newest quotes of each of these shipments, newest first, in one statement. */
export async function newestQuotes(
  em: EntityManager,
  shipmentIds: readonly string[],
  organizationId: string | undefined,
): Promise<readonly Quote[]> {
  const rows = await em.execute<Record<string, unknown>[]>(
    `select newest.* from unnest(?::uuid[]) as shipment(id), lateral (
       select * from quote where shipment_id = shipment.id and organization_id = coalesce(?::uuid, organization_id)
       order by created_at desc, id desc limit ?
     ) as newest`,
    [`{${shipmentIds.join(',')}}`, organizationId ?? null, quotesPerShipment],
  );
  return rows.map((row) => em.map(QuoteEntity, row) as Quote); // `newest.*`: the whole entity
}

export interface QuoteRequest {
  readonly shipmentId: string;
  readonly idempotencyKey: string;
}

/** Prices a shipment and keeps the offer; the same key of the same account answers the same quote. */
export function requestQuote(
  transact: Transact,
  account: AccountIdentity,
  { shipmentId, idempotencyKey }: QuoteRequest,
  now: Date,
): Promise<Quote> {
  const key = parseIdempotencyKey(idempotencyKey);
  const call = { accountId: account.accountId, mutation: 'requestQuote', key, input: { shipmentId } };
  return transact((transaction) =>
    recordOnce(
      transaction,
      call,
      () => makeQuote(transaction.em, account, shipmentId, now),
      (id) => transaction.em.findOneOrFail(QuoteEntity, id),
    ),
  );
}

async function makeQuote(em: EntityManager, account: AccountIdentity, shipmentId: string, now: Date): Promise<Quote> {
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
  if (shipment && maySee(visibilityOf(account), shipment.organizationId)) return shipment;
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

export interface Acceptance {
  readonly quote: Quote | null;
  readonly refusal?: { readonly code: string; readonly message: string };
}

/** A quote that can't be accepted; thrown, so that the call leaves its key free. */
class NotAcceptable extends Error {
  readonly acceptance: Acceptance;

  constructor(acceptance: Acceptance) {
    super(acceptance.refusal?.message);
    this.acceptance = acceptance;
  }
}

export interface AcceptQuote {
  readonly quoteId: string;
  readonly idempotencyKey?: string | null;
}

/** Accepts an offer; the answer always shows the quote as it stands, also where it can't be accepted. */
export async function acceptQuote(
  transact: Transact,
  account: AccountIdentity,
  { quoteId, idempotencyKey }: AcceptQuote,
  now: Date,
): Promise<Acceptance> {
  const key = parseIdempotencyKey(idempotencyKey);
  const call = { accountId: account.accountId, mutation: 'acceptQuote', key, input: { quoteId } };
  try {
    const quote = await transact((transaction) =>
      recordOnce(
        transaction,
        call,
        () => accept(transaction, account, quoteId, now),
        (id) => transaction.em.findOneOrFail(QuoteEntity, id),
      ),
    );
    return { quote };
  } catch (error) {
    if (error instanceof NotAcceptable) return error.acceptance;
    throw error;
  }
}

async function accept(transaction: Transaction, account: AccountIdentity, quoteId: string, now: Date): Promise<Quote> {
  const { em } = transaction;
  const found = isUuid(quoteId) ? await em.findOne(QuoteEntity, quoteId) : null;
  if (!found || !maySee(visibilityOf(account), found.organizationId)) {
    const message = 'There is no quote with this id, or you may not see it.';
    throw new NotAcceptable({ quote: null, refusal: { code: 'NOT_FOUND', message } });
  }
  // All quotes of the shipment, locked in one order: of two acceptances the second sees the first.
  const quotes = await em.find(
    QuoteEntity,
    { shipmentId: found.shipmentId },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true },
  );
  const quote = quotes.find((candidate) => candidate.id === quoteId) ?? found;
  const refusal = refusalOf(quote, now);
  if (refusal) throw new NotAcceptable({ quote, refusal });
  quote.acceptedAt = now;
  for (const other of quotes) if (other !== quote && !other.acceptedAt) other.withdrawnAt ??= now;
  await em.flush();
  await emitAccepted(transaction, quote, now);
  return quote;
}

function refusalOf(quote: Quote, now: Date): Acceptance['refusal'] {
  if (quote.acceptedAt)
    return {
      code: 'ALREADY_ACCEPTED',
      message: `This quote was already accepted at ${quote.acceptedAt.toISOString()}.`,
    };
  if (quote.withdrawnAt) return { code: 'WITHDRAWN', message: 'Another quote of this shipment was accepted.' };
  if (quote.expiresAt <= now)
    return {
      code: 'EXPIRED',
      message: `This quote expired at ${quote.expiresAt.toISOString()}. Request a new one.`,
    };
  return undefined;
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
